/**
 * What a server says before it is asked. One in protected mode tells whoever comes from another machine
 * why it closes the connection at once; ioredis takes that for the answer to a question of its own, and
 * shows no more than a closed connection.
 */
import { connect } from 'node:net'
import type { Clock } from '../../ports/clock.ts'

const withinMs = 1_000
const charactersMax = 1_000

/** '' when it says nothing, or cannot be reached. */
export function greetingOf(
  { host, port }: { readonly host: string; readonly port: number },
  clock: Clock,
): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    let said = ''
    const end = () => {
      cancel()
      socket.destroy()
      resolve(said.slice(0, charactersMax))
    }
    const cancel = clock.timer(withinMs, end)
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      said += text
      if (said.length >= charactersMax) end()
    })
    socket.on('error', end)
    socket.on('close', end)
  })
}
