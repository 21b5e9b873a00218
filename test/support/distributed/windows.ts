/** Closed windows as a user sees them: from a running process, and from `replay` of the same files. */
import type { SeenService } from '../../../src/contracts/explanation.ts'
import { linesOf, replayText } from '../run-replay.ts'

/** One line a window, sorted: equal windows are equal texts. */
export async function windowsOf(url: string): Promise<string[]> {
  const { items: services } = await get<{ items: SeenService[] }>(`${url}/v1/services`)
  const lines: string[] = []
  for (const { service } of services) {
    const query = new URLSearchParams({ service })
    const { items } = await get<{ items: object[] }>(`${url}/v1/windows?${query.toString()}`)
    for (const item of items) lines.push(JSON.stringify(item))
  }
  return lines.sort()
}

export async function replayedWindows(files: readonly string[]): Promise<string[]> {
  return linesOf(await replayText(files))
    .filter(({ type }) => type === 'window')
    .map((line) => JSON.stringify(line))
    .sort()
}

/** Polls until `holds` or the time is over; the last answer either way. */
export async function eventually<T>(
  ask: () => Promise<T>,
  holds: (answer: T) => boolean,
  withinMs: number,
): Promise<T> {
  for (let waitedMs = 0; ; waitedMs += 500) {
    const answer = await ask().catch((error: unknown) => error as T)
    if (waitedMs >= withinMs || (!(answer instanceof Error) && holds(answer))) return answer
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

async function get<T>(url: string): Promise<T> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url}: ${response.status}`)
  return (await response.json()) as T
}
