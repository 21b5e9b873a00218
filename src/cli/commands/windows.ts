/** `culprit windows --service KEY`: closed windows of the last two hours. */
import { Client } from '../client/client.ts'
import { readReplay } from '../client/replay-file.ts'
import { print, printJson, table } from '../client/text.ts'
import { UsageError } from '../../core/kernel/errors.ts'
import { formatServiceKey, parseServiceKey } from '../../core/kernel/service-key.ts'
import type { Service } from '../../contracts/service.ts'

export interface WindowsFlags {
  readonly service: string
  readonly from?: string
  readonly to?: string
  readonly url?: string
  readonly file?: string
  readonly json: boolean
}

interface WindowLine {
  readonly start: string
  readonly end: string
  readonly service: Service
  readonly version: string | null
  readonly route: string
  readonly source: string
  readonly requests: number
  readonly errors: number
  readonly latency: { readonly p99Seconds: number | null } | null
}

export async function runWindows(flags: WindowsFlags): Promise<void> {
  const shown = flags.file === undefined ? await fromServer(flags) : fromFile(flags, flags.file)
  if (flags.json) return printJson(shown)
  if (shown.length === 0) return print(`No closed window of ${flags.service}.`)
  table(
    ['START', 'VERSION', 'ROUTE', 'SOURCE', 'REQUESTS', 'ERRORS', 'P99'],
    shown.map((line) => [
      line.start,
      line.version ?? '-',
      line.route,
      line.source,
      String(line.requests),
      String(line.errors),
      line.latency?.p99Seconds == null ? '-' : `${(line.latency.p99Seconds * 1000).toFixed(0)} ms`,
    ]),
  )
}

async function fromServer({ service, from, to, url }: WindowsFlags): Promise<WindowLine[]> {
  const query = new URLSearchParams({ service })
  if (from !== undefined) query.set('from', from)
  if (to !== undefined) query.set('to', to)
  const { items } = await new Client(url).get<{ items: WindowLine[] }>(
    `/v1/windows?${query.toString()}`,
  )
  return items
}

function fromFile({ service, from, to }: WindowsFlags, file: string): WindowLine[] {
  if (parseServiceKey(service) === null) {
    throw new UsageError('--service is a key: environment/namespace/name')
  }
  return readReplay(file)
    .filter((line) => line.type === 'window')
    .map((line) => line as unknown as WindowLine)
    .filter(
      (line) =>
        formatServiceKey(line.service) === service &&
        (from === undefined || line.start >= from) &&
        (to === undefined || line.end <= to),
    )
}
