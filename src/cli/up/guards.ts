/** Settings that open doors, checked before anything is opened. */
import { readFileSync } from 'node:fs'
import type { Config } from '../../config/settings.ts'
import { ConfigError } from '../../core/kernel/errors.ts'
import { Guard, isLoopbackName, type Token } from '../../web/guard.ts'
import { parseAddress } from '../../web/server.ts'

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

export function guardsFor(
  config: Config,
  tokens: readonly Token[],
  opens: { readonly otlp: boolean },
): { readonly front: Guard; readonly otlp: Guard | null } {
  return {
    front: guardFor(config, 'http.listen', tokens),
    otlp: opens.otlp ? guardFor(config, 'ingest.otlpListen', tokens) : null,
  }
}

/** Beyond loopback no door opens without a token. */
function guardFor(
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
