/** The role `web`: a view that follows what is published, the questions to the store, the stream and the page. */
import { Incident } from '../../contracts/incident.ts'
import { Release } from '../../contracts/release.ts'
import type { LogRecord } from '../../ports/event-log.ts'
import type { Topics } from '../../processors/topics.ts'
import { EventStream } from '../../web/event-stream.ts'
import { PageFiles } from '../../web/page-files.ts'
import type { Queries } from '../../web/queries.ts'
import { View } from '../../web/view.ts'
import { UnreachableError } from '../../core/kernel/errors.ts'
import { formatServiceKey } from '../../core/kernel/service-key.ts'
import { systemClock } from '../../engine/system-clock.ts'
import { follow } from './follow.ts'
import { NewestWindows } from './newest-windows.ts'
import type { Shared } from './shared.ts'

/** Windows are 10 s: each is told within half of that. */
const lookEveryMs = 5_000
const releasesLooked = 500

export interface Shown {
  readonly view: View
  readonly queries: Queries
  readonly stream: EventStream
  readonly page: PageFiles
}

export async function openShown(
  { config, topics, backend, hex, trap, closers }: Shared,
  queries: Queries,
  pageFolder: string,
): Promise<Shown> {
  const view = new View()
  const following = await follow(backend.log, {
    clock: systemClock,
    group: `${config.kafka.topicPrefix}web-${hex}`,
    topics: [topics.releases, topics.incidents],
    visit: (record) => take(record, topics, view),
    failed: trap,
  })
  closers.push(() => following.stop())
  const stream = new EventStream(view, hex)
  closers.push(tellWindows(stream, view, new NewestWindows(backend.store!), trap))
  return { view, queries, stream, page: new PageFiles(pageFolder) }
}

/** Looks for closed windows while anybody listens; the services of the newest releases first. */
function tellWindows(
  stream: EventStream,
  view: View,
  newest: NewestWindows,
  failed: (error: unknown) => void,
): () => Promise<void> {
  let round: Promise<void> | null = null
  const look = async () => {
    const first = view.releases().map(({ service }) => formatServiceKey(service))
    stream.windows(await newest.take(first.slice(0, releasesLooked)))
  }
  const timer = setInterval(() => {
    if (round !== null || !stream.hasReaders) return
    round = look()
      .catch((error: unknown) => {
        // A store that does not answer is asked again.
        if (!(error instanceof UnreachableError)) failed(error)
      })
      .finally(() => {
        round = null
      })
  }, lookEveryMs)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await round
  }
}

function take(record: LogRecord, topics: Topics, view: View): void {
  if (record.topic === topics.incidents && record.value === null && record.key !== null) {
    view.forgetIncident(record.key)
  }
  if (record.value === null) return
  const value: unknown = JSON.parse(Buffer.from(record.value).toString())
  if (record.topic === topics.releases) {
    const release = Release.safeParse(value)
    if (release.success) view.takeRelease(release.data)
  } else {
    const incident = Incident.safeParse(value)
    if (incident.success) view.takeIncident(incident.data)
  }
}
