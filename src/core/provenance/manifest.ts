/**
 * The change manifest of a deployment event, cut to fit: tokens, then functions, then head ranges and files of
 * generated, vendored, docs and tests, then head ranges and files of the oldest changes, at last whole changes.
 *
 * Each step begins with the oldest change and stops as soon as the rest fits; what is left out is counted. A change
 * that is left out makes completeness `truncated`. Sizes are bytes of JSON in UTF-8. Source: contract section 5.
 */
import type { Change, ChangedFile, ChangeManifest, ReleaseDelta } from '../../contracts/change.ts'
import { isGenerated, isNonCode, isVendored } from '../kernel/path-class.ts'

export interface ManifestQuestion {
  readonly delta: ReleaseDelta
  /** Newest first. */
  readonly changes: readonly Change[]
  readonly bytesMax: number
}

type Cut = Required<ChangeManifest['cut']>
const countNames = ['changes', 'files', 'ranges', 'tokens', 'functions'] as const

/** What remains of a change, and what that step took away. */
interface Step {
  readonly change: Change
  readonly cut: Partial<Cut>
}

/** Room for the digits of the counters and for `truncated`. */
const reserveBytes = 256

const steps: readonly ((change: Change) => Step)[] = [
  withoutTokens,
  withoutFunctions,
  (change) => withoutRanges(change, isMinor),
  (change) => withoutFiles(change, isMinor),
  (change) => withoutRanges(change, () => true),
  (change) => withoutFiles(change, () => true),
]

export function makeManifest({ delta, changes, bytesMax }: ManifestQuestion): ChangeManifest {
  const cut: Cut = { changes: 0, files: 0, ranges: 0, tokens: 0, functions: 0 }
  const kept = changes.map(forManifest)
  const sizes = kept.map(sizeOf)
  let deltaKept = delta
  const bytes = () => sizes.reduce((sum, size) => sum + size + 1, sizeOf(deltaKept) + reserveBytes)
  let total = bytes()
  for (const step of steps) {
    for (let at = kept.length - 1; at >= 0 && total > bytesMax; at--) {
      const done = step(kept[at]!)
      if (done.change === kept[at]) continue
      for (const name of countNames) cut[name] += done.cut[name] ?? 0
      kept[at] = done.change
      total -= sizes[at]!
      sizes[at] = sizeOf(done.change)
      total += sizes[at]!
    }
  }
  while (total > bytesMax && kept.length > 0) {
    kept.pop()
    total -= sizes.pop()! + 1
    cut.changes++
  }
  if (total > bytesMax) {
    const lists = shortened(delta, bytesMax - (total - sizeOf(delta)))
    deltaKept = lists
    total = bytes()
  }
  const truncated = cut.changes > 0 || deltaKept !== delta
  const completeness = truncated ? 'truncated' : delta.completeness
  return {
    schema: 'culprit.change-manifest/1',
    delta: { ...deltaKept, completeness },
    cut,
    changes: kept,
  }
}

/** Lines at the commit itself are not needed where lines at the head are told. */
function forManifest(change: Change): Change {
  const files = change.files.map(({ added, deletedLines, ...file }) => ({
    ...file,
    linesAdded:
      file.linesAdded ?? (added ?? []).reduce((sum, [from, to]) => sum + to - from + 1, 0),
    linesDeleted: file.linesDeleted ?? deletedLines ?? 0,
  }))
  return { ...change, files }
}

function sizeOf(value: object): number {
  return Buffer.byteLength(JSON.stringify(value))
}

function isMinor({ path, generated }: ChangedFile): boolean {
  return generated || isGenerated(path) || isVendored(path) || isNonCode(path)
}

function withoutTokens(change: Change): Step {
  const count = change.files.reduce((sum, { tokens }) => sum + (tokens?.length ?? 0), 0)
  if (change.files.every(({ tokens }) => tokens === undefined)) return { change, cut: {} }
  const files = change.files.map(({ tokens: _tokens, ...file }) => file)
  return { change: { ...change, files }, cut: { tokens: count } }
}

function withoutFunctions(change: Change): Step {
  const count = change.files.reduce((sum, { functions }) => sum + (functions?.length ?? 0), 0)
  if (change.files.every(({ functions }) => functions === undefined)) return { change, cut: {} }
  const files = change.files.map(({ functions: _functions, ...file }) => file)
  return { change: { ...change, files }, cut: { functions: count } }
}

function withoutRanges(change: Change, chosen: (file: ChangedFile) => boolean): Step {
  let ranges = 0
  let touched = false
  const files = change.files.map((file) => {
    if (file.head === undefined || !chosen(file)) return file
    const { head, ...rest } = file
    ranges += head.length
    touched = true
    return rest
  })
  return touched ? { change: { ...change, files }, cut: { ranges } } : { change, cut: {} }
}

/** A file goes with the spans of its lines; they count as ranges. */
function withoutFiles(change: Change, chosen: (file: ChangedFile) => boolean): Step {
  const files = change.files.filter((file) => !chosen(file))
  if (files.length === change.files.length) return { change, cut: {} }
  const left = new Set(files.map(({ path }) => path))
  const { provenance } = change
  const spans = provenance.spans.filter(({ path }) => left.has(path))
  return {
    change: { ...change, files, provenance: { ...provenance, spans } },
    cut: {
      files: change.files.length - files.length,
      ranges: provenance.spans.length - spans.length,
    },
  }
}

/** The oldest commits of the two lists go, the longer list first; each takes its digits, quotes and a comma. */
function shortened(delta: ReleaseDelta, bytesMax: number): ReleaseDelta {
  const added = [...delta.added]
  const removed = [...delta.removed]
  let size = sizeOf(delta)
  while (size > bytesMax && added.length + removed.length > 0) {
    const sha = (added.length >= removed.length ? added : removed).pop()!
    size -= sha.length + 3
  }
  return { ...delta, added, removed }
}
