/** The files of `schemas/`, as text. */
import { asyncApiDocument } from './async-api.ts'
import { catalogue } from './catalogue.ts'
import { jsonSchema } from './json-schema.ts'
import { openApiDocument } from './open-api.ts'

export function schemaFiles(): Map<string, string> {
  const files = new Map<string, string>()
  const add = (name: string, value: object) =>
    files.set(name, `${JSON.stringify(value, null, 2)}\n`)
  for (const [name, schema] of Object.entries(catalogue))
    add(`${name}.json`, jsonSchema(name, schema))
  add('openapi.json', openApiDocument())
  add('asyncapi.json', asyncApiDocument())
  return files
}
