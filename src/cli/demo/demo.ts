/**
 * The demo: a small real shop gets a bad release, and Culprit finds the change. Everything is made in a folder of its
 * own and taken away again, whatever happens.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Incident } from '../../contracts/incident.ts'
import { UnreachableError } from '../../core/kernel/errors.ts'
import { incidentText } from '../client/text.ts'
import { type Alerted, firstChange, waitForAlert } from './alert.ts'
import { Children } from './children.ts'
import {
  meaning,
  type OwnOrRunning,
  ownCulprit,
  runningCulprit,
  startWorkers,
  writeSettings,
} from './culprit.ts'
import { type Load, startLoad } from './load.ts'
import { ShopRepository } from './repository.ts'
import { environmentName, namespace, Shop, type ShopRelease } from './shop-run.ts'
import type { Story } from './stories.ts'
import type { Teller } from './tell.ts'

export interface DemoOptions {
  readonly story: Story
  readonly url: string | null
  readonly record: string | null
  /** Processes that share the work, this one among them. */
  readonly workers: number
  readonly keep: boolean
  readonly json: boolean
  /** Resolves when the user wants an end. */
  readonly stopped: Promise<void>
  /** Told as soon as it is known; with `keep` all goes on after it. */
  readonly onResult: (result: DemoResult) => void
}

/** The last line of `--json`. */
export interface DemoResult {
  readonly type: 'demo'
  readonly story: string
  readonly planted: string
  readonly named: string | null
  readonly alertAfterMs: number | null
  readonly record: string | null
  readonly incident: Incident | null
}

const historyMs = 50_000
/** The whole is done in three minutes. */
const endMs = 172_000
const oldVersion = '1.3.0'
const newVersion = '1.4.0'
const main = join(import.meta.dirname, '../main.ts')

/** Null when it was stopped before it knew. */
export async function runStory(options: DemoOptions, tell: Teller): Promise<DemoResult | null> {
  const folder = makeFolder()
  const children = new Children()
  const ending = new AbortController()
  let culprit: OwnOrRunning | null = null
  let load: Load | null = null
  try {
    culprit =
      options.url === null
        ? await ownCulprit(folder, options.record)
        : await runningCulprit(options.url)
    tell.say(`Culprit runs; its page is ${culprit.url}`)
    if (options.url !== null && options.story.name === 'logic')
      tell.say(`That one must run with --set '${meaning}'`)
    const pids = await startWorkers(children, { folder, count: options.workers - 1 })
    if (pids.length > 0)
      tell.say(`${pids.length} more workers share its work: pid ${pids.join(', ')}`)
    const stage = { ...options, folder, children, culprit, tell, ending: ending.signal }
    const work = play(stage, (started) => (load = started))
    work.catch(() => undefined)
    const stopped = options.stopped.then(() => null)
    const result = await Promise.race([work, stopped, culprit.failed])
    if (result !== null) options.onResult(result)
    if (result !== null && options.record !== null) tellRecord(options.record, tell)
    if (result !== null && options.keep) {
      tell.say(`All of it goes on until Ctrl-C; the page is ${culprit.url}`)
      await Promise.race([stopped, culprit.failed])
    } else if (result !== null && options.url === null) {
      tell.say('With --keep (npm run demo -- --keep) all of it and the page stay until Ctrl-C')
    }
    return result
  } finally {
    ending.abort()
    ;(load as Load | null)?.stop()
    await children.stop()
    await culprit?.stop()
    if (options.keep) tell.say(`The data is in ${folder}`)
    else rmSync(folder, { recursive: true, force: true })
  }
}

function tellRecord(record: string, tell: Teller): void {
  const settings = writeSettings(record)
  tell.say(`What came in, and the setting that says what its counter means, is in ${record}`)
  tell.say(
    `It can be run again: npm run -s culprit -- replay --verdicts --config ${settings} ${join(record, '*.jsonl')}`,
  )
}

function makeFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'culprit-demo-'))
  } catch (error) {
    throw new UnreachableError(`no folder can be made in ${tmpdir()}: ${(error as Error).message}`)
  }
}

interface Stage extends DemoOptions {
  readonly folder: string
  readonly children: Children
  readonly culprit: OwnOrRunning
  readonly tell: Teller
  /** Nothing waits for anything once it is aborted. */
  readonly ending: AbortSignal
}

async function play(stage: Stage, loaded: (load: Load) => void): Promise<DemoResult> {
  const { story, children, culprit, tell } = stage
  const shop = new Shop(children, stage.folder, culprit.otlpUrl)
  const { repository, before, after, planted } = await makeReleases(stage)
  await shop.start(before)
  tell.say(`The shop runs version ${oldVersion}: front, two checkouts, payment, a process each`)
  const load = startLoad(shop.url)
  loaded(load)
  tell.say(
    `Browsers buy, about 70 requests a second; ${historyMs / 1_000} s of ordinary traffic first`,
  )
  await sleep(historyMs, undefined, { signal: stage.ending })
  const { answered, failed } = load.counts()
  tell.say(`${answered} requests answered, ${failed} of them failed: a day like any other`)
  tell.say(`checkout ${newVersion} is rolled out to one of its two instances`)
  const releasedAtMs = Date.now()
  await shop.replaceOne(after)
  tell.say(`It has ${story.release.length} commits. One of them is bad: ${story.slip}`)
  tell.say(await announce(stage, repository, before, after))
  const alerted = await waitForAlert({
    url: culprit.url,
    sinceMs: releasedAtMs,
    untilMs: Date.now() + endMs - tell.elapsedMs(),
    pollMs: 500,
    now: () => Date.now(),
    ending: stage.ending,
    onAlert: ({ title }) => tell.say(`Alert: ${title}`),
  })
  const result = resultOf(stage, planted, alerted, releasedAtMs)
  conclude(stage, result)
  return result
}

async function makeReleases({ folder, story, tell }: Stage) {
  const repository = new ShopRepository(folder)
  await repository.init()
  let revision = ''
  for (const commit of story.before) revision = await repository.commit(commit)
  const before = await release(repository, oldVersion, revision)
  let planted = ''
  for (const commit of story.release) {
    revision = await repository.commit(commit)
    if (commit.id === story.planted) planted = revision
  }
  const after = await release(repository, newVersion, revision)
  const commits = story.before.length + story.release.length
  tell.say(`The shop's repository has ${commits} commits, by people, assistants and a bot`)
  return { repository, before, after, planted }
}

async function release(
  repository: ShopRepository,
  version: string,
  revision: string,
): Promise<ShopRelease> {
  await repository.tag(`v${version}`, revision)
  return { version, revision, path: await repository.checkOut(version, revision) }
}

/** The event with its manifest, as a pipeline would post it. */
async function announce(
  { children, culprit, folder }: Stage,
  { path }: ShopRepository,
  before: ShopRelease,
  after: ShopRelease,
): Promise<string> {
  const options = {
    service: 'checkout',
    namespace,
    environment: environmentName,
    version: after.version,
    'previous-version': before.version,
    revision: after.revision,
    repo: path,
    from: before.revision,
    to: after.revision,
    strategy: 'canary',
    url: culprit.url,
  }
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
  const answer = await children.run({
    name: 'culprit deployed',
    folder,
    args: [main, 'deployed', ...args],
    env: process.env,
  })
  return `culprit deployed: ${answer.trim()}`
}

function resultOf(
  { story, record }: Stage,
  planted: string,
  alerted: Alerted | null,
  releasedAtMs: number,
): DemoResult {
  return {
    type: 'demo',
    story: story.name,
    planted,
    named: alerted && (firstChange(alerted.incident)?.revision ?? null),
    alertAfterMs: alerted && alerted.alertedAtMs - releasedAtMs,
    record,
    incident: alerted?.incident ?? null,
  }
}

function conclude({ json, tell }: Stage, { incident, named, planted }: DemoResult): void {
  if (incident === null) {
    tell.say('No alert came in time')
    return
  }
  if (!json) {
    process.stdout.write('\n')
    incidentText(incident)
    process.stdout.write('\n')
  }
  tell.say(
    named === planted
      ? `The planted change ${planted.slice(0, 12)} stands first`
      : `The planted change is ${planted.slice(0, 12)}; first stands ${named?.slice(0, 12) ?? 'no change'}`,
  )
}
