/** The services of the story: those of its releases first, and others that fill the list. */
import { nowMs } from './moment.ts'

export const services = Array.from({ length: 31 }, (_, i) => ({
  service: `production/shop/${['checkout', 'stock', 'front', 'catalog', 'payment', 'search', 'mail', 'ads', 'geo'][i] ?? `service-${i}`}`,
  lastSeenAt: new Date(nowMs - 12_000).toISOString(),
  versions: ['1'],
  instances: 2,
  sources: ['spans'],
}))
