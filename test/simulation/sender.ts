/** Senders over HTTP, as exporters are: a broken or silent connection and a refusal are tried again elsewhere. */
import type { Arrival } from './feed.ts'
import { type Network, wait } from './network.ts'
import type { SimProcess } from './sim-process.ts'

export interface Request {
  readonly arrival: Arrival
  /** A door answered that it has it. */
  answered: boolean
}

const noDoorMs = 1_000
const silentMs = 10_000
const againMs = 500

export class Sender {
  readonly requests: Request[] = []
  readonly #network: Network
  readonly #processes: () => readonly SimProcess[]

  constructor(network: Network, processes: () => readonly SimProcess[]) {
    this.#network = network
    this.#processes = processes
  }

  async send(arrival: Arrival): Promise<void> {
    const request: Request = { arrival, answered: false }
    this.requests.push(request)
    while (!request.answered) {
      const answer = await this.#ask(arrival)
      if (answer === 'answered') request.answered = true
      else await wait(this.#network.clock, answer)
    }
  }

  async #ask({ value }: Arrival): Promise<'answered' | number> {
    const open = this.#processes().filter((each) => each.isOpen)
    const process = open[this.#network.below(open.length)]
    if (process === undefined) return noDoorMs
    await this.#network.travel()
    const answer = await Promise.race([
      process.accept(value),
      new Promise<'broken'>((resolve) => process.life.onDeath(() => resolve('broken'))),
      wait(this.#network.clock, silentMs).then(() => 'silent' as const),
    ])
    if (typeof answer === 'string') return againMs
    const refused = answer.status === 'busy' || answer.status === 'unreachable'
    return refused ? answer.retryAfterSeconds * 1_000 : 'answered'
  }
}
