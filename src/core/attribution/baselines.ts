/**
 * What simpler rules would have said, shown beside the ranking (attribution reference, section 13). Ids,
 * likeliest first; ties by id. None of them decides anything.
 */
import { matchPath } from './paths.ts'
import { pathsOf } from './code-term.ts'
import type { AttributionInput } from './types.ts'

export interface Baselines {
  readonly 'latest-deploy': readonly string[]
  readonly 'nearest-in-time': readonly string[]
  readonly 'ai-share': readonly string[]
  readonly 'last-on-frame': readonly string[]
}

export interface BaselineOptions {
  readonly alertMs: number
  /** Share of AI-written changes by unit: a label, which is why it comes in from outside. */
  readonly aiShare: ReadonlyMap<string, number>
}

export function baselines(
  input: AttributionInput,
  { alertMs, aiShare }: BaselineOptions,
): Baselines {
  const started = input.units.filter(({ startMs }) => startMs <= alertMs)
  const shared = started.filter(({ id }) => (aiShare.get(id) ?? 0) > 0)
  return {
    'latest-deploy': idsBy(started, ({ startMs }) => -startMs),
    'nearest-in-time': idsBy(started, ({ startMs }) => Math.abs(input.onsetMs - startMs)),
    'ai-share': idsBy(shared, ({ id }) => -(aiShare.get(id) ?? 0)),
    'last-on-frame': lastOnFrame(input),
  }
}

/** Newest change that touches the file of the top in-app frame; silent without such a frame. */
function lastOnFrame({ kinds, candidates }: AttributionInput): string[] {
  const frames = [...kinds]
    .sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1))
    .flatMap(({ frames: all }) => all.find(({ inApp }) => inApp) ?? [])
  const paths = candidates.flatMap(({ files }) => files.flatMap(pathsOf))
  const touching = candidates.filter(({ files }) =>
    frames.some((frame) => {
      const match = matchPath(frame.file, paths)
      return match !== null && files.some((file) => pathsOf(file).includes(match.path))
    }),
  )
  return idsBy(touching, ({ committedAtMs }) => -(committedAtMs ?? 0))
}

function idsBy<T extends { readonly id: string }>(items: readonly T[], key: (item: T) => number) {
  return [...items]
    .sort((a, b) => key(a) - key(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
    .map(({ id }) => id)
}
