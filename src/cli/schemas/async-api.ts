/** AsyncAPI 3.1 of the topics that others may read, and of the deployments that they may write. */
import { catalogue } from './catalogue.ts'
import { jsonSchema } from './json-schema.ts'

const dayMs = 86_400_000

interface Channel {
  readonly name: string
  readonly address: string
  readonly action: 'send' | 'receive'
  readonly key: string
  readonly schema: string
  readonly retention: 'compact' | number | 'forever'
  readonly summary: string
}

const channels: readonly Channel[] = [
  {
    name: 'deployments',
    address: 'deployments',
    action: 'receive',
    key: 'any',
    schema: '',
    retention: dayMs,
    summary: 'CDEvents service.deployed, upgraded, rolledback in CloudEvents, or bare',
  },
  {
    name: 'releases',
    address: 'culprit.releases',
    action: 'send',
    key: 'service key @ release id',
    schema: 'release',
    retention: 'compact',
    summary: 'the state of every release',
  },
  {
    name: 'incidents',
    address: 'culprit.incidents',
    action: 'send',
    key: 'incident id',
    schema: 'incident',
    retention: 'compact',
    summary: 'the state of every incident',
  },
  {
    name: 'alerts',
    address: 'culprit.alerts',
    action: 'send',
    key: 'incident id',
    schema: 'alert',
    retention: 7 * dayMs,
    summary: 'CDEvents incident.detected and incident.resolved; customData is the incident',
  },
  {
    name: 'rollbacks',
    address: 'culprit.rollbacks',
    action: 'send',
    key: 'service key',
    schema: 'rollback',
    retention: 7 * dayMs,
    summary: 'rollback suggestions and what became of them',
  },
  {
    name: 'audit',
    address: 'culprit.audit',
    action: 'send',
    key: 'environment',
    schema: 'audit-entry',
    retention: 'forever',
    summary: 'what was decided, one hash chain per writing unit',
  },
]

export function asyncApiDocument(): object {
  const entries = <T>(of: (channel: Channel) => [string, T]) => Object.fromEntries(channels.map(of))
  return {
    asyncapi: '3.1.0',
    info: { title: 'Culprit', version: '1.0.0', license: { name: 'Apache-2.0' } },
    defaultContentType: 'application/json',
    servers: { kafka: { host: 'localhost:9092', protocol: 'kafka' } },
    channels: entries((channel) => [channel.name, channelOf(channel)]),
    operations: entries(({ name, action }) => [
      `${action}${name[0]!.toUpperCase()}${name.slice(1)}`,
      { action, channel: { $ref: `#/channels/${name}` } },
    ]),
    components: { messages: entries((channel) => [channel.name, messageOf(channel)]) },
  }
}

function channelOf({ name, address, retention, summary }: Channel): object {
  const topicConfiguration =
    retention === 'compact'
      ? { 'cleanup.policy': ['compact'] }
      : { 'cleanup.policy': ['delete'], 'retention.ms': retention === 'forever' ? -1 : retention }
  return {
    address,
    description: summary,
    messages: { [name]: { $ref: `#/components/messages/${name}` } },
    bindings: { kafka: { topic: address, topicConfiguration, bindingVersion: '0.5.0' } },
  }
}

function messageOf({ name, schema, key }: Channel): object {
  const body = schema === '' ? { type: 'object' } : jsonSchema(schema, catalogue[schema]!)
  return {
    name,
    contentType: 'application/json',
    bindings: { kafka: { key: { type: 'string', description: key }, bindingVersion: '0.5.0' } },
    payload: { schemaFormat: 'application/schema+json;version=draft-2020-12', schema: body },
  }
}
