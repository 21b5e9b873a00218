/** The instances of a service, one address a line in a file that may change at any time; taken in turn. */
import { readFile } from 'node:fs/promises'

const rereadMs = 500

export async function upstreams(path) {
  let addresses = []
  let turn = 0
  const reread = async () => {
    const text = await readFile(path, 'utf8').catch(() => '')
    const lines = text.split('\n').filter((line) => line !== '')
    if (lines.length > 0) addresses = lines
  }
  await reread()
  setInterval(() => void reread(), rereadMs).unref()
  return () => addresses[turn++ % addresses.length]
}
