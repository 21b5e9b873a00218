/**
 * The running shop: front, two instances of checkout, payment; each a process of its own, run from a checkout of the
 * repository and sending OTLP to Culprit. Front finds the checkouts in a file, as it would in a registry, so that a
 * new instance takes over before an old one is stopped.
 */
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Children, Started } from './children.ts'

export interface ShopRelease {
  readonly version: string
  readonly revision: string
  /** Its working copy. */
  readonly path: string
}

export const environmentName = 'production'
export const namespace = 'shop'

/** Longer than front takes to read the file again. */
const settleMs = 1_200

export class Shop {
  readonly #children: Children
  readonly #registry: string
  readonly #otlpUrl: string
  #checkouts: Started[] = []
  #paymentUrl = ''
  url = ''

  constructor(children: Children, folder: string, otlpUrl: string) {
    this.#children = children
    this.#registry = join(folder, 'checkout.upstreams')
    this.#otlpUrl = otlpUrl
  }

  async start(release: ShopRelease): Promise<void> {
    const payment = await this.#start('payment', release, {})
    this.#paymentUrl = payment.url
    this.#checkouts = await Promise.all([this.#checkout(release), this.#checkout(release)])
    this.#register()
    const front = await this.#start('front', release, { CHECKOUT_UPSTREAMS: this.#registry })
    this.url = front.url
  }

  /** Replaces one of the two checkouts; afterwards half of the traffic reaches the new one. */
  async replaceOne(release: ShopRelease): Promise<void> {
    const fresh = await this.#checkout(release)
    const [old, ...kept] = this.#checkouts
    this.#checkouts = [...kept, fresh]
    this.#register()
    await sleep(settleMs)
    await old?.stop()
  }

  #checkout(release: ShopRelease): Promise<Started> {
    return this.#start('checkout', release, { PAYMENT_URL: this.#paymentUrl })
  }

  #register(): void {
    const next = `${this.#registry}.next`
    writeFileSync(next, this.#checkouts.map(({ url }) => `${url}\n`).join(''))
    renameSync(next, this.#registry)
  }

  #start(name: string, { path, version, revision }: ShopRelease, env: NodeJS.ProcessEnv) {
    const resource = {
      'service.namespace': namespace,
      'service.version': version,
      'deployment.environment.name': environmentName,
      'vcs.ref.head.revision': revision,
    }
    return this.#children.start({
      name,
      folder: path,
      args: ['--import', './lib/telemetry.js', `${name}/server.js`],
      env: {
        ...withoutOwnSettings(),
        OTEL_SERVICE_NAME: name,
        OTEL_RESOURCE_ATTRIBUTES: Object.entries(resource)
          .map((pair) => pair.join('='))
          .join(','),
        OTEL_EXPORTER_OTLP_ENDPOINT: this.#otlpUrl,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
        OTEL_TRACES_EXPORTER: 'otlp',
        OTEL_METRICS_EXPORTER: 'otlp',
        OTEL_LOGS_EXPORTER: 'none',
        OTEL_BSP_SCHEDULE_DELAY: '1000',
        OTEL_METRIC_EXPORT_INTERVAL: '10000',
        OTEL_METRIC_EXPORT_TIMEOUT: '5000',
        OTEL_NODE_RESOURCE_DETECTORS: 'env,serviceinstance',
        ...env,
      },
    })
  }
}

/** What the user set for OpenTelemetry or for Culprit is not meant for the shop. */
function withoutOwnSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(OTEL|CULPRIT)_|^(NODE_OPTIONS|PORT)$/.test(name),
    ),
  )
}
