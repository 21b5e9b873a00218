/** What a process refuses to start with, and what it guards once it listens beyond loopback. */
import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { json, post, runningDoors } from './running-doors.ts'

const { fileOf, front, start } = runningDoors()

describe('starting', () => {
  it('refuses an address beyond loopback without a token, naming the setting', async () => {
    await expect(start('open', ['http.listen=0.0.0.0:0'])).rejects.toThrow(/http\.tokens/)
  })

  it('wants the token with the right, beyond loopback', async () => {
    const file = fileOf('token')
    writeFileSync(file, 'a-token-of-some-length\n')
    const tokens = JSON.stringify([{ name: 'reader', valueFile: file, may: ['read'] }])
    const guarded = await start('token', ['http.listen=0.0.0.0:0', `http.tokens=${tokens}`])
    const url = guarded.url.replace('0.0.0.0', '127.0.0.1')
    const bearer = { authorization: 'Bearer a-token-of-some-length' }
    const statuses = [
      (await fetch(`${url}/healthz`)).status,
      (await fetch(`${url}/v1/releases`)).status,
      (await fetch(`${url}/v1/releases`, { headers: bearer })).status,
      (await post(`${url}/v1/events`, '{}', { ...json, ...bearer })).status,
    ]
    await guarded.stop()

    expect(statuses).toEqual([200, 401, 200, 403])
  })

  it('says in one line that another process holds the store', async () => {
    await expect(start('main')).rejects.toThrow(/store\.path/)
  })

  it('says in one line that the port is taken', async () => {
    const { port } = new URL(front('/'))
    await expect(start('port', [`http.listen=127.0.0.1:${port}`])).rejects.toThrow(/port is taken/)
  })
})
