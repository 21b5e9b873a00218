/**
 * The whole process over HTTP: spans folded and durable in the embedded log per CPU-second of the process
 * (user + system, all its threads), with protobufjs decoding the same bytes in this process beside it.
 *
 * Uncompressed protobuf bodies of 1,000 spans, each body different; eight requests at once. Not measured:
 * the sender, and what detection does later with windows that close after the run.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TracesData } from '../support/otlp-proto.ts'
import type { BenchRow } from './otlp-read.ts'
import { spansBody } from './spans-body.ts'
import { cpuSeconds } from './cpu-seconds.ts'

const root = join(import.meta.dirname, '../..')
const bodies = 1_600
const warmUpBodies = 600
const spansEach = 1_000
const parallel = 8

export async function run(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'culprit-bench-'))
  const settings = ['http.listen=127.0.0.1:18321', 'ingest.otlpListen=127.0.0.1:14318']
  const child = spawn(
    process.execPath,
    [
      join(root, 'src/cli/main.ts'),
      'up',
      ...[...settings, `store.path=${join(folder, 'bench.db')}`].flatMap((each) => ['--set', each]),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  try {
    await ready(child)
    const nowMs = Date.now()
    const sent = Array.from({ length: bodies }, (_, i) =>
      spansBody({ number: i, spans: spansEach, nowMs }),
    )
    await send(sent.slice(0, warmUpBodies))
    const beforeSeconds = cpuSeconds(child.pid!)
    await send(sent.slice(warmUpBodies))
    const usedSeconds = cpuSeconds(child.pid!) - beforeSeconds
    const ours = ((bodies - warmUpBodies) * spansEach) / usedSeconds
    const reference = protobufjs(sent)
    return [
      {
        name: 'HTTP to durable, whole process',
        ours: Math.round(ours),
        reference: Math.round(reference),
        ratio: Math.round((100 * ours) / reference) / 100,
      },
    ]
  } finally {
    child.kill('SIGTERM')
    await new Promise((resolve) => child.once('exit', resolve))
    rmSync(folder, { recursive: true, force: true })
  }
}

function ready(child: ReturnType<typeof spawn>): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stderr!.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.includes('"ready"')) resolve()
    })
    child.once('exit', () => reject(new Error(`up ended: ${text}`)))
  })
}

async function send(all: readonly Uint8Array[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: parallel })
  const queue = [...all]
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await post(next, agent)
  }
  await Promise.all(Array.from({ length: parallel }, worker))
  agent.destroy()
}

function post(bytes: Uint8Array, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-protobuf', 'content-length': bytes.length }
    const options = {
      host: '127.0.0.1',
      port: 14318,
      path: '/v1/traces',
      method: 'POST',
      headers,
      agent,
    }
    const sent = request(options, (response) => {
      response.resume()
      response.on('end', () => {
        if (response.statusCode === 200) resolve()
        else reject(new Error(`answered ${response.statusCode}`))
      })
    })
    sent.on('error', reject)
    sent.end(bytes)
  })
}

function protobufjs(sent: readonly Uint8Array[]): number {
  for (const bytes of sent.slice(0, 20)) TracesData.decode(bytes)
  const before = process.cpuUsage()
  for (const bytes of sent.slice(0, 200)) TracesData.decode(bytes)
  const { user, system } = process.cpuUsage(before)
  return (200 * spansEach * 1e6) / (user + system)
}

if (process.argv[1] === import.meta.filename) {
  for (const row of await run()) process.stdout.write(`${JSON.stringify(row)}\n`)
}
