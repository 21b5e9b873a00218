/**
 * Exit 0 when Culprit in this container is ready: for health checks that can send no token themselves.
 * `node ready.mjs [URL [TOKENFILE]]`
 */
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'

const [url = 'http://127.0.0.1:8321/readyz', tokenFile] = process.argv.slice(2)
const headers =
  tokenFile === undefined
    ? {}
    : { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` }
// The certificate names the service, not this container's loopback; as kubelet does, it is not checked.
const options = { headers, timeout: 3_000, rejectUnauthorized: false }
const request = (url.startsWith('https:') ? https : http).get(url, options, (response) => {
  response.on('data', (chunk) => process.stdout.write(chunk))
  response.on('end', () => process.exit(response.statusCode === 200 ? 0 : 1))
})
request.on('timeout', () => request.destroy(new Error('no answer within 3 s')))
request.on('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
})
