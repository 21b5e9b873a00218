/** `culprit alerts [--follow]`: alerts as the topic carries them, one CDEvent a line. */
import { Incident } from '../../contracts/incident.ts'
import { incidentEvent } from '../../core/response/cdevent.ts'
import { UnreachableError } from '../../core/kernel/errors.ts'
import { Client } from '../client/client.ts'
import { readReplay } from '../client/replay-file.ts'
import { print, printJson } from '../client/text.ts'

export interface AlertsFlags {
  readonly url?: string
  readonly from?: string
  readonly follow: boolean
  readonly json: boolean
}

export async function runAlerts(flags: AlertsFlags): Promise<void> {
  if (flags.from !== undefined) {
    for (const { type, ...alert } of readReplay(flags.from))
      if (type === 'alert') show(alert, flags.json)
    return
  }
  const client = new Client(flags.url)
  if (!flags.follow) {
    const incidents = await client.list<Incident>('/v1/incidents?state=all')
    for (const incident of incidents) show(eventOf(incident), flags.json)
    return
  }
  for (;;) await followOnce(client, flags.json)
}

function eventOf(incident: Incident) {
  const release = incident.regressions[0]?.release
  return incidentEvent(incident, {
    detectedRevision: null,
    deploymentEventId: release?.deploymentEventId ?? null,
  })
}

function show(event: unknown, json: boolean): void {
  if (json) return printJson([event])
  const { context, customData } = event as { context: { type: string }; customData: Incident }
  const what = context.type.includes('resolved') ? 'resolved' : 'detected'
  print(
    `${customData.updatedAt} ${what} ${customData.severity} ${customData.id} ${customData.title}`,
  )
  print(`    ${customData.summary}`)
}

async function followOnce(client: Client, json: boolean): Promise<void> {
  const response = await client.open('/v1/stream', { accept: 'text/event-stream' })
  if (!response.ok || response.body === null) {
    throw new UnreachableError(`/v1/stream answers ${response.status}`)
  }
  let rest = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body) {
    rest += decoder.decode(chunk as Uint8Array, { stream: true })
    const events = rest.split('\n\n')
    rest = events.pop()!
    for (const event of events) takeEvent(event, json)
  }
}

function takeEvent(text: string, json: boolean): void {
  const lines = text.split('\n')
  if (!lines.includes('event: incident')) return
  const data = lines.find((line) => line.startsWith('data: '))
  const incident = Incident.safeParse(JSON.parse(data?.slice('data: '.length) ?? 'null'))
  if (incident.success) show(eventOf(incident.data), json)
}
