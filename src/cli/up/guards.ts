/** Settings that open doors, checked before anything is opened. */
import { readFileSync } from 'node:fs'
import type { Config } from '../../config/settings.ts'
import { ConfigError } from '../../core/kernel/errors.ts'
import { Guard, isLoopbackName, type Token } from '../../web/guard.ts'
import { parseAddress } from '../../web/server.ts'

export function refuseWhatIsNotThere({ kafka, redis }: Config): void {
  if (kafka.brokers.length > 0) {
    throw new ConfigError(
      'kafka.brokers',
      'nothing: the log on Kafka is not there yet',
      kafka.brokers,
    )
  }
  if (redis.url !== null) {
    throw new ConfigError('redis.url', 'nothing: the store on Redis is not there yet')
  }
}

export function readTokens({ http }: Config): Token[] {
  return http.tokens.map(({ name, valueFile, may }) => {
    let value: string
    try {
      value = readFileSync(valueFile, 'utf8').trim()
    } catch {
      throw new ConfigError('http.tokens', `a readable valueFile for ${name}`, valueFile)
    }
    if (value.length < 16)
      throw new ConfigError('http.tokens', `at least 16 characters for ${name}`)
    return { name, value, may }
  })
}

/** Beyond loopback no door opens without a token. */
export function guardFor(
  config: Config,
  setting: 'http.listen' | 'ingest.otlpListen',
  tokens: readonly Token[],
): Guard {
  const address = setting === 'http.listen' ? config.http.listen : config.ingest.otlpListen
  const { host } = parseAddress(setting, address)
  const loopback = isLoopbackName(host.toLowerCase())
  if (!loopback && tokens.length === 0 && !config.http.insecure) {
    throw new ConfigError(
      'http.tokens',
      `a token, since ${setting} is ${address} (or http.insecure: true)`,
    )
  }
  const open = loopback || config.http.insecure
  const allowedHosts = loopback ? config.http.allowedHosts : ['*']
  return new Guard({ tokens, open, allowedHosts })
}
