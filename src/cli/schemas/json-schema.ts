/** JSON Schema 2020-12 of a message: open to fields that are added later (readers are lenient). */
import { z } from 'zod'

const base = 'https://culprit.dev/schemas'

export function jsonSchema(name: string, schema: z.ZodType): object {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' }) as {
    $schema?: string
  }
  return { $schema, $id: `${base}/${name}.json`, title: name, ...rest }
}
