/** OpenAPI 3.1 of the API; generated into `schemas/` and served at `/openapi.json`. */
import type { z } from 'zod'
import {
  Explanation,
  ReleaseDetail,
  SeenService,
  WaitingDeployment,
} from '../../contracts/explanation.ts'
import { Incident } from '../../contracts/incident.ts'
import { Release } from '../../contracts/release.ts'
import { VerdictAnswer, WindowLine } from '../../contracts/replay-lines.ts'
import { jsonSchema } from './json-schema.ts'

const text = { type: 'string' } as const
const object = { type: 'object' } as const
const error = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: { code: text, message: text },
    },
  },
} as const

function component(schema: z.ZodType): object {
  const { $schema: _, $id: __, ...rest } = jsonSchema('', schema) as Record<string, unknown>
  return rest
}

const json = (schema: object) => ({ content: { 'application/json': { schema } } })
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })
const answers = (schema: object, description: string) => ({
  '200': { description, ...json(schema) },
  '400': { description: 'malformed', ...json(error) },
  '401': { description: 'a token is wanted', ...json(error) },
  '403': { description: 'the token may not', ...json(error) },
})
const query = (name: string, description: string, required = false) => ({
  name,
  in: 'query',
  required,
  description,
  schema: text,
})
const id = { name: 'id', in: 'path', required: true, schema: text } as const

function list(name: string, more: object = {}): object {
  return {
    type: 'object',
    required: ['items', 'next'],
    properties: {
      items: { type: 'array', items: ref(name) },
      next: { type: ['string', 'null'] },
      ...more,
    },
  }
}

const filters = [
  query('service', 'environment/namespace/name'),
  query('environment', 'environment'),
  query('state', 'state or verdict; open or all'),
  query('since', 'RFC 3339'),
  query('limit', '1 to 500'),
  query('cursor', 'next of the page before'),
]

function get(summary: string, schema: object, parameters: readonly object[] = []): object {
  const notFound = parameters.includes(id)
    ? { '404': { description: 'no such record', ...json(error) } }
    : {}
  return {
    get: { summary, parameters, responses: { ...answers(schema, summary), ...notFound } },
  }
}

/** Not JSON: a stream of events, each with one record as JSON in its data. */
const stream = {
  summary: 'Server-sent events: release, incident, window',
  description:
    'release and incident carry the whole record and an id: Last-Event-ID resumes, or snapshot says that ' +
    'the lists are to be read again. window carries a closed window of at most 50 services, those with the ' +
    'newest releases first; it has no id and is not sent again: /v1/windows has them. ping keeps the line.',
  parameters: [{ name: 'Last-Event-ID', in: 'header', required: false, schema: text }],
  responses: {
    '200': {
      description: 'events until the reader goes',
      content: {
        'text/event-stream': {
          schema: { anyOf: [ref('Release'), ref('Incident'), ref('Window')] },
        },
      },
    },
    '401': { description: 'a token is wanted', ...json(error) },
    '403': { description: 'the token may not', ...json(error) },
    '503': { description: 'too many readers', ...json(error) },
  },
} as const

function flagger(summary: string, other: string): object {
  const body = {
    type: 'object',
    required: ['name', 'namespace'],
    properties: { name: text, namespace: text, phase: text, metadata: object },
  }
  return {
    post: {
      summary,
      requestBody: { required: true, ...json(body) },
      responses: {
        '200': { description: 'yes', ...json(ref('VerdictAnswer')) },
        [other]: { description: 'no', ...json(ref('VerdictAnswer')) },
      },
    },
  }
}

export function openApiDocument(): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Culprit',
      version: '1.0.0',
      description: 'Which change broke production, who or what wrote it, and whether to roll back.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'http://127.0.0.1:8321' }],
    security: [{}, { bearer: [] }],
    paths: {
      '/v1/events': {
        post: {
          summary: 'Deployment events: CloudEvents in binary, structured or batch mode',
          requestBody: { required: true, ...json(object) },
          responses: {
            '202': { description: 'taken, with what was refused beside it', ...json(object) },
            '400': { description: 'malformed: nothing was taken', ...json(error) },
            '413': { description: 'too large', ...json(error) },
            '415': { description: 'unknown content type', ...json(error) },
            '503': { description: 'try again later', ...json(error) },
          },
        },
      },
      '/v1/releases': get('Releases, newest first', list('Release'), filters),
      '/v1/releases/{id}': get('One release', ref('Release'), [id]),
      '/v1/releases/{id}/evidence': get(
        'Its evidence over time, signals and series',
        ref('ReleaseDetail'),
        [id],
      ),
      '/v1/incidents': get('Incidents, newest first', list('Incident'), filters),
      '/v1/incidents/{id}': get('One incident', ref('Incident'), [id]),
      '/v1/incidents/{id}/explanation': get(
        'Why, with the series behind each chart',
        ref('Explanation'),
        [id],
      ),
      '/v1/services': get(
        'Services seen in telemetry, where this process takes it in, and settings that met nothing in it',
        list('SeenService', {
          otlp: { type: ['string', 'null'] },
          unmatched: { type: 'array', items: text },
        }),
      ),
      '/v1/waiting': get('Deployments that wait for telemetry', list('WaitingDeployment')),
      '/v1/windows': get('Closed windows of the last two hours', list('Window'), [
        query('service', 'environment/namespace/name', true),
        query('from', 'RFC 3339'),
        query('to', 'RFC 3339'),
      ]),
      '/v1/verdict': get('The verdict by pull', ref('VerdictAnswer'), [
        query('service', 'service name', true),
        query('namespace', 'service namespace'),
        query('environment', 'environment'),
        query('version', 'version'),
        query('revision', 'commit, image digest or pod hash'),
      ]),
      '/v1/stream': { get: stream },
      '/v1/flagger/gate': flagger('Flagger: confirm-promotion and its like', '403'),
      '/v1/flagger/check': flagger('Flagger: rollout', '403'),
      '/v1/flagger/rollback': flagger('Flagger: rollback', '409'),
      '/healthz': get('Alive', object),
      '/readyz': get('Ready, else 503 with reasons', object),
    },
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: {
        Release: component(Release),
        Incident: component(Incident),
        Window: component(WindowLine),
        VerdictAnswer: component(VerdictAnswer),
        ReleaseDetail: component(ReleaseDetail),
        Explanation: component(Explanation),
        SeenService: component(SeenService),
        WaitingDeployment: component(WaitingDeployment),
      },
    },
  }
}
