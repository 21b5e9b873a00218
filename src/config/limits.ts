/** What is bounded, each with its reason; what a limit drops is counted. */
import { setting } from './setting.ts'

export const limits = {
  requestBytes: setting.integer({
    default: 67_108_864,
    min: 1_024,
    max: 1_073_741_824,
    why: 'a request after inflation; the OTLP receivers’ usual bound',
  }),
  services: setting.integer({
    default: 5_000,
    min: 10,
    max: 1_000_000,
    why: 'services per partition of culprit.service-events: names come from senders, and each costs 70 KB; what is beyond is refused until one was unheard for a day',
  }),
  routes: setting.integer({
    default: 50,
    min: 1,
    max: 500,
    why: 'routes per service and version; the rest is counted as other',
  }),
  versions: setting.integer({
    default: 4,
    min: 2,
    max: 50,
    why: 'versions live at once per service; the rest is counted as other and opens no release',
  }),
  fingerprints: setting.integer({
    default: 200,
    min: 10,
    max: 10_000,
    why: 'error kinds remembered per service',
  }),
  gauges: setting.integer({
    default: 120,
    min: 1,
    max: 1_000,
    why: 'gauges per service: each keeps two weeks of minutes, 80 KB; the one unheard for longest gives its place',
  }),
  gaugesInAll: setting.integer({
    default: 4_000,
    min: 10,
    max: 1_000_000,
    why: 'gauges per partition of culprit.service-events: names come from senders; what is beyond is not taken in',
  }),
  historyBytes: setting.integer({
    default: 1_073_741_824,
    min: 16_777_216,
    why: 'counts of the last weeks that fits are made from, in all; a partition of culprit.service-events has an equal share: of 100 KB a route or service those with least traffic are dropped first',
  }),
  historyMs: setting.integer({
    default: 7_200_000,
    min: 3_600_000,
    why: 'closed 10-s buckets kept: baselines want 90 min and the half hour before them',
  }),
} as const
