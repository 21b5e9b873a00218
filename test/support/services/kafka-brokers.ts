/**
 * Private Kafka brokers as JVM processes on this machine, for tests that disturb them: one node or three,
 * each of them broker and controller. They keep ports and data over stops, kills and starts.
 *
 * A broker dies with the process that started it, even one that is killed: a shell between them ends it
 * when its standard input ends. Settings are those that were seen to make tests quick
 * (`group.initial.rebalance.delay.ms=0`, short sessions).
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync, openSync, closeSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatStorage, kafkaClassPath } from './kafka-jars.ts'

/** Prints the pid, ends the program when standard input ends, and ends with it. */
const guarded = `exec 3<&0
"$@" </dev/null & program=$!
echo $program
(cat <&3 >/dev/null; kill -9 $program 2>/dev/null) & watch=$!
wait $program
kill $watch 2>/dev/null`

interface Node {
  readonly id: number
  readonly port: number
  readonly folder: string
  readonly log: string
  process: ChildProcess | null
  pid: number | null
  ended: Promise<void>
}

export interface BrokerSettings {
  readonly nodes: 1 | 3
  /** Clients must log in with these (PLAIN). */
  readonly login?: { readonly username: string; readonly password: string }
}

export class KafkaBrokers {
  readonly #classPath: string
  readonly #nodes: readonly Node[]
  readonly #folder: string

  private constructor(classPath: string, nodes: readonly Node[], folder: string) {
    this.#classPath = classPath
    this.#nodes = nodes
    this.#folder = folder
  }

  /** Starts them all, or says why they cannot be had on this machine. */
  static async start(settings: BrokerSettings): Promise<KafkaBrokers | { missing: string }> {
    const classPath = await kafkaClassPath()
    if (typeof classPath !== 'string') return classPath
    const folder = mkdtempSync(join(tmpdir(), 'culprit-kafka-'))
    const ports = await freePorts(settings.nodes * 2)
    const voters = Array.from(
      { length: settings.nodes },
      (_, at) => `${at + 1}@127.0.0.1:${ports[settings.nodes + at]}`,
    ).join(',')
    const nodes: Node[] = []
    for (let at = 0; at < settings.nodes; at++) {
      const id = at + 1
      const nodeFolder = join(folder, `node-${id}`)
      const data = join(nodeFolder, 'data')
      await formatStorage(classPath, id, data)
      const addresses = { port: ports[at]!, controllerPort: ports[settings.nodes + at]! }
      writeFileSync(
        join(nodeFolder, 'server.properties'),
        properties({ id, data, voters, ...addresses }, settings),
      )
      nodes.push({
        id,
        port: addresses.port,
        folder: nodeFolder,
        log: join(nodeFolder, 'broker.log'),
        process: null,
        pid: null,
        ended: Promise.resolve(),
      })
    }
    const brokers = new KafkaBrokers(classPath, nodes, folder)
    try {
      await Promise.all(nodes.map((node) => brokers.startNode(node.id)))
    } catch (error) {
      await brokers.remove()
      throw error
    }
    return brokers
  }

  get addresses(): string[] {
    return this.#nodes.map(({ port }) => `127.0.0.1:${port}`)
  }

  /** Starts a node that is down, on its ports and data; resolves when it serves. */
  async startNode(id = 1): Promise<void> {
    const node = this.#node(id)
    if (node.process !== null) return
    const log = openSync(node.log, 'w')
    const small = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
    const main = ['kafka.Kafka', join(node.folder, 'server.properties')]
    const java = ['java', ...small, '-cp', this.#classPath, ...main]
    const child = spawn('sh', ['-c', guarded, 'sh', ...java], { stdio: ['pipe', 'pipe', log] })
    closeSync(log)
    child.stdin!.on('error', () => undefined)
    node.process = child
    node.ended = new Promise((resolve) => {
      child.once('exit', () => {
        node.process = null
        node.pid = null
        child.stdin!.destroy()
        resolve()
      })
    })
    child.stdout!.once('data', (chunk: Buffer) => {
      node.pid = Number(chunk.toString().split('\n')[0])
      child.stdout!.resume()
    })
    for (let turn = 0; turn < 600; turn++) {
      if (node.process === null) throw new Error(`Kafka ended: ${lastLines(node.log)}`)
      if (readFileSync(node.log, 'utf8').includes('Kafka Server started')) return
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error(`Kafka did not start within 60 s: ${lastLines(node.log)}`)
  }

  /** In order: its partitions get new leaders first. */
  async stopNode(id = 1): Promise<void> {
    await this.#end(this.#node(id), 'SIGTERM')
  }

  async killNode(id = 1): Promise<void> {
    await this.#end(this.#node(id), 'SIGKILL')
  }

  freezeNode(id = 1): void {
    this.#signal(this.#node(id), 'SIGSTOP')
  }

  thawNode(id = 1): void {
    this.#signal(this.#node(id), 'SIGCONT')
  }

  /** Ends them all and removes their data. */
  async remove(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => this.#end(node, 'SIGKILL')))
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #end(node: Node, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (node.process === null) return
    this.#signal(node, signal)
    await node.ended
  }

  #signal(node: Node, signal: NodeJS.Signals): void {
    if (node.pid === null) throw new Error(`node ${node.id} does not run`)
    process.kill(node.pid, signal)
  }

  #node(id: number): Node {
    return this.#nodes.find((node) => node.id === id)!
  }
}

interface NodeSettings {
  readonly id: number
  readonly port: number
  readonly controllerPort: number
  readonly data: string
  readonly voters: string
}

function properties(node: NodeSettings, { nodes, login }: BrokerSettings): string {
  const replicas = nodes === 3 ? 3 : 1
  const protocol = login === undefined ? 'PLAINTEXT' : 'SASL_PLAINTEXT'
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': node.id,
    'controller.quorum.voters': node.voters,
    listeners: `${protocol}://127.0.0.1:${node.port},CONTROLLER://127.0.0.1:${node.controllerPort}`,
    'advertised.listeners': `${protocol}://127.0.0.1:${node.port}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': protocol,
    'log.dirs': node.data,
    'auto.create.topics.enable': false,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1_000,
    'offsets.topic.num.partitions': 1,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'min.insync.replicas': 1,
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    'log.index.size.max.bytes': 1_048_576,
    'log.cleaner.dedupe.buffer.size': 2_097_152,
    'log.cleaner.backoff.ms': 200,
    'log.retention.check.interval.ms': 500,
    'log.initial.task.delay.ms': 500,
    ...(login === undefined ? {} : loginProperties(login)),
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
}

function loginProperties({ username, password }: { username: string; password: string }) {
  const module = 'org.apache.kafka.common.security.plain.PlainLoginModule required'
  const own = `username="${username}" password="${password}"`
  return {
    'sasl.enabled.mechanisms': 'PLAIN',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'listener.security.protocol.map':
      'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT',
    'listener.name.sasl_plaintext.plain.sasl.jaas.config': `${module} ${own} user_${username}="${password}";`,
  }
}

/** Ports that nobody listens on now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer()
          server.once('error', reject)
          server.listen(0, '127.0.0.1', () => resolve(server))
        }),
    ),
  )
  return Promise.all(
    servers.map((server) => {
      const { port } = server.address() as { port: number }
      return new Promise<number>((resolve) => server.close(() => resolve(port)))
    }),
  )
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-5).join('\n')
}
