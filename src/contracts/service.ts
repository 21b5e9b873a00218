/**
 * Who a record is about. A service is one `service.namespace/service.name` in one environment
 * (OpenTelemetry resource conventions plus the environment, which they leave out of uniqueness).
 */
import { z } from 'zod'

export const Service = z.object({
  environment: z.string(),
  namespace: z.string().nullable(),
  name: z.string(),
})
export type Service = z.infer<typeof Service>

/** `environment/namespace/name`, always three segments, `-` for none, percent-encoded. */
export const ServiceKey = z.string().regex(/^[^/]+\/[^/]+\/[^/]+$/)
export type ServiceKey = string

/** An instant as people and other systems read it: RFC 3339, UTC, milliseconds. */
export const Instant = z.iso.datetime({ precision: 3 })
export type Instant = string
