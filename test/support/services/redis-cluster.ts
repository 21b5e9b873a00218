/** A cluster of three masters without replicas, made of redis-server processes of our own. */
import { Redis } from 'ioredis'
import { freePort, RedisServer } from './redis-server.ts'

const slotCount = 16_384
const masterCount = 3
const pollMs = 20

export class RedisCluster {
  readonly servers: readonly RedisServer[]

  private constructor(servers: readonly RedisServer[]) {
    this.servers = servers
  }

  static async start(): Promise<RedisCluster> {
    const servers: RedisServer[] = []
    try {
      for (let n = 0; n < masterCount; n++) {
        const bus = String(await freePort())
        const durable = ['--appendfsync', 'always']
        const more = ['--cluster-enabled', 'yes', '--cluster-port', bus, ...durable]
        servers.push(await RedisServer.start(more))
      }
      await join(servers)
      return new RedisCluster(servers)
    } catch (error) {
      for (const server of servers) await server.stop()
      throw error
    }
  }

  /** One of its nodes; a client learns the others from it. */
  get url(): string {
    return this.servers[0]!.url
  }

  async stop(): Promise<void> {
    for (const server of this.servers) await server.stop()
  }
}

async function join(servers: readonly RedisServer[]): Promise<void> {
  const clients = servers.map(({ port }) => new Redis(port, '127.0.0.1'))
  try {
    const [first] = servers
    for (const [n, client] of clients.entries()) {
      const from = Math.floor((n * slotCount) / masterCount)
      const to = Math.floor(((n + 1) * slotCount) / masterCount) - 1
      await client.call('CLUSTER', 'ADDSLOTSRANGE', from, to)
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', n + 1)
      if (n > 0) {
        const [, bus] = /@(\d+)/.exec(String(await clients[0]!.call('CLUSTER', 'NODES')))!
        await client.call('CLUSTER', 'MEET', '127.0.0.1', first!.port, bus!)
      }
    }
    for (const client of clients) {
      const isWhole = async () => {
        const info = String(await client.call('CLUSTER', 'INFO'))
        return (
          info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${masterCount}`)
        )
      }
      while (!(await isWhole())) await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  } finally {
    for (const client of clients) client.disconnect()
  }
}
