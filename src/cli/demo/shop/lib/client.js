/** Calls another service: JSON in and out. */
import http from 'node:http'

const agent = new http.Agent({ keepAlive: true, maxSockets: 64 })
const answerMsMax = 10_000

export function call(method, url, body = null) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' }
    const request = http.request(
      url,
      { method, agent, headers, timeout: answerMsMax },
      (response) => {
        const chunks = []
        response.on('data', (chunk) => chunks.push(chunk))
        response.on('end', () => {
          resolve({
            status: response.statusCode,
            body: JSON.parse(Buffer.concat(chunks).toString()),
          })
        })
      },
    )
    request.on('error', reject)
    request.on('timeout', () => request.destroy(new Error(`${method} took too long`)))
    request.end(body === null ? undefined : JSON.stringify(body))
  })
}
