import { describe, expect, it } from 'vitest'
import { serverUrl } from '../../../src/cli/client/server-url.ts'

describe('the address of a server', () => {
  it.each([
    [undefined, 'http://127.0.0.1:8321'],
    ['https://culprit.shop.dev/', 'https://culprit.shop.dev'],
  ])('%j is %s', (given, url) => expect(serverUrl(given)).toBe(url))

  it.each(['ftp://x', 'nothing', 'http://'])('%j is none', (given) =>
    expect(() => serverUrl(given)).toThrow(/--url/),
  )

  it('has no password, and none is said', () => {
    expect(() => serverUrl('http://dana:hunter2@x')).toThrow(/CULPRIT_TOKEN/)
    expect(() => serverUrl('http://dana:hunter2@x')).toThrow(/^(?!.*hunter2)/)
  })
})
