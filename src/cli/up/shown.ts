/** The role `web`: a view that follows what is published, the questions to the store, the stream and the page. */
import { Incident } from '../../contracts/incident.ts'
import { Release } from '../../contracts/release.ts'
import type { LogRecord } from '../../ports/event-log.ts'
import type { Topics } from '../../processors/topics.ts'
import { EventStream } from '../../web/event-stream.ts'
import { PageFiles } from '../../web/page-files.ts'
import type { Queries } from '../../web/queries.ts'
import { View } from '../../web/view.ts'
import { follow } from './follow.ts'
import type { Shared } from './shared.ts'

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
    group: `${config.kafka.topicPrefix}web-${hex}`,
    topics: [topics.releases, topics.incidents],
    visit: (record) => take(record, topics, view),
    failed: trap,
  })
  closers.push(() => following.stop())
  return { view, queries, stream: new EventStream(view, hex), page: new PageFiles(pageFolder) }
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
