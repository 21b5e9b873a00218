/**
 * A way to a server that tests can break: it passes bytes on, until answers are to be lost. Then what is
 * asked still reaches the server.
 */
import { connect, createServer, type Server, type Socket } from 'node:net'

export class RedisProxy {
  readonly #server: Server
  readonly #pairs = new Set<readonly [Socket, Socket]>()
  #answers: 'pass' | 'swallow' | 'cut' = 'pass'
  #refuses = false
  #interposed: { readonly marker: string; readonly act: () => Promise<void> } | null = null

  private constructor(targetPort: number) {
    this.#server = createServer((client) => {
      if (this.#refuses) {
        client.destroy()
        return
      }
      this.#join(client, connect(targetPort, '127.0.0.1'))
    })
  }

  static start(targetPort: number): Promise<RedisProxy> {
    const proxy = new RedisProxy(targetPort)
    return new Promise((resolve) => proxy.#server.listen(0, '127.0.0.1', () => resolve(proxy)))
  }

  get url(): string {
    const { port } = this.#server.address() as { port: number }
    return `redis://127.0.0.1:${port}`
  }

  /** The next answer is lost, and the connection with it. */
  cutNextAnswer(): void {
    this.#answers = 'cut'
  }

  /** Answers are lost and connections stay, until `pass`. */
  swallowAnswers(): void {
    this.#answers = 'swallow'
  }

  /** Runs `act` before the first request with these letters is passed on. */
  interpose(marker: string, act: () => Promise<void>): void {
    this.#interposed = { marker, act }
  }

  pass(): void {
    this.#answers = 'pass'
    this.#refuses = false
  }

  /** Breaks all connections and takes no new ones, until `pass`. */
  refuse(): void {
    this.#refuses = true
    this.cut()
  }

  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy()
  }

  async stop(): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #join(client: Socket, server: Socket): void {
    const pair = [client, server] as const
    this.#pairs.add(pair)
    for (const socket of pair) {
      socket.on('error', () => {})
      socket.on('close', () => {
        this.#pairs.delete(pair)
        for (const each of pair) each.destroy()
      })
    }
    client.on('data', (bytes) => {
      const interposed = this.#interposed
      if (interposed === null || !bytes.includes(interposed.marker)) return server.write(bytes)
      this.#interposed = null
      client.pause()
      void interposed.act().finally(() => {
        server.write(bytes)
        client.resume()
      })
    })
    server.on('data', (bytes) => {
      if (this.#answers === 'pass') client.write(bytes)
      if (this.#answers !== 'cut') return
      this.#answers = 'pass'
      for (const socket of pair) socket.destroy()
    })
  }
}
