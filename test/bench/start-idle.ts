/** How long `up` takes to be ready, and what it costs while nothing happens: seconds, MB, share of a core. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const idleSeconds = 20
const ticksPerSecond = 100

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'culprit-idle-'))
  const settings = [
    'http.listen=127.0.0.1:18322',
    'ingest.otlpListen=127.0.0.1:14319',
    `store.path=${join(folder, 'idle.db')}`,
  ]
  const began = performance.now()
  const child = spawn(
    process.execPath,
    [join(root, 'src/cli/main.ts'), 'up', ...settings.flatMap((each) => ['--set', each])],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  try {
    await new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('"ready"')) resolve()
      })
      child.once('exit', () => reject(new Error('up ended')))
    })
    const readySeconds = (performance.now() - began) / 1000
    await pause(3_000)
    const before = cpuSeconds(child.pid!)
    await pause(idleSeconds * 1000)
    const share = (cpuSeconds(child.pid!) - before) / idleSeconds
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
    const megabytes = Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024
    return [
      {
        name: 'start to ready',
        ours: Number(readySeconds.toFixed(2)),
        unit: 'seconds (at most 5)',
      },
      { name: 'idle memory', ours: Math.round(megabytes), unit: 'MB (at most 150)' },
      { name: 'idle CPU', ours: Number(share.toFixed(3)), unit: 'share of a core (at most 0.02)' },
    ]
  } finally {
    child.kill('SIGTERM')
    await new Promise((resolve) => child.once('exit', resolve))
    rmSync(folder, { recursive: true, force: true })
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}
