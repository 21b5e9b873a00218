/**
 * How Culprit opens kafkajs: with short timeouts and few retries of its own (who calls knows better how
 * long to go on), no topics made by accident, its log handed on, the four codecs, and two things mended.
 */
import kafkajs from 'kafkajs'
import { registerCodecs } from './codecs.ts'
import { stopIdleTimers } from './idle-timer.ts'
import type { Told } from './kafka-event.ts'
import { whyUnknown } from './known-kafkajs.ts'
import { quickenRecords } from './record-encoding.ts'

export interface KafkaLogin {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
  readonly username: string
  readonly password: string
}

/** Texts in PEM. */
export interface KafkaTls {
  readonly ca: string | null
  readonly cert: string | null
  readonly key: string | null
}

export interface ClientOptions {
  readonly brokers: readonly string[]
  readonly clientId: string
  readonly ssl: KafkaTls | null
  readonly sasl: KafkaLogin | null
  readonly told: Told
}

/** A broker that is there answers within milliseconds; a frozen one must not hold callers for long. */
export const requestTimeoutMs = 10_000
const connectionTimeoutMs = 3_000
const authenticationTimeoutMs = 5_000

let isPrepared = false

export function openClient(options: ClientOptions): kafkajs.Kafka {
  const { told } = options
  if (!isPrepared) {
    isPrepared = true
    registerCodecs()
    const why = whyUnknown()
    if (why === null) {
      stopIdleTimers()
      quickenRecords()
    } else told({ kind: 'kafkajs-not-mended', why })
  }
  return new kafkajs.Kafka({
    brokers: [...options.brokers],
    clientId: options.clientId,
    ...(options.ssl === null ? {} : { ssl: given(options.ssl) }),
    ...(options.sasl === null ? {} : { sasl: { ...options.sasl } as kafkajs.SASLOptions }),
    connectionTimeout: connectionTimeoutMs,
    authenticationTimeout: authenticationTimeoutMs,
    requestTimeout: requestTimeoutMs,
    enforceRequestTimeout: true,
    retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 3 },
    logLevel: kafkajs.logLevel.WARN,
    logCreator:
      () =>
      ({ namespace, log }) =>
        told({ kind: 'log', message: `${namespace}: ${log.message}` }),
  })
}

function given(tls: KafkaTls) {
  return {
    ...(tls.ca === null ? {} : { ca: [tls.ca] }),
    ...(tls.cert === null ? {} : { cert: tls.cert }),
    ...(tls.key === null ? {} : { key: tls.key }),
  }
}
