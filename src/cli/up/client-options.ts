/** What the clients of Kafka and Redis are opened with, as the settings say; files of secrets are read here. */
import { readFileSync } from 'node:fs'
import type { Config } from '../../config/settings.ts'
import type { TlsFiles } from '../../config/structures.ts'
import { ConfigError } from '../../core/kernel/errors.ts'
import { systemClock } from '../../engine/system-clock.ts'

const storeExpiryMs = 7 * 86_400_000

export function kafkaOptions({ kafka, service }: Config) {
  const { brokers, replication, sessionTimeoutMs, ssl, sasl } = kafka
  return {
    brokers,
    clientId: service.name,
    ssl: ssl === null ? null : readTls('kafka.ssl', ssl),
    sasl:
      sasl === null
        ? null
        : {
            mechanism: sasl.mechanism,
            username: sasl.username,
            password: readText('kafka.sasl', sasl.passwordFile).trim(),
          },
    clock: systemClock,
    replicationFactor: replication,
    sessionTimeoutMs,
  }
}

/** Of a server that is named. */
export function redisOptions({ redis }: Config) {
  const { url, password, cluster, keyPrefix, volatile, tls } = redis
  return {
    url: url!,
    password,
    cluster,
    keyPrefix,
    volatile,
    tls: tls === null ? null : readTls('redis.tls', tls),
    expiryMs: storeExpiryMs,
    clock: systemClock,
  }
}

function readTls(setting: string, { caFile, certFile, keyFile }: TlsFiles) {
  const read = (path: string | undefined) => (path === undefined ? null : readText(setting, path))
  return { ca: read(caFile), cert: read(certFile), key: read(keyFile) }
}

function readText(setting: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new ConfigError(setting, 'a readable file', path)
  }
}
