/** What the settings say about the way to the servers. What is wrong with them is a ConfigError. */
import type { RedisOptions } from 'ioredis'
import { ConfigError } from '../../core/kernel/errors.ts'

export interface TlsTexts {
  /** PEM; null takes the authorities that Node trusts. */
  readonly ca: string | null
  /** PEM of the client's certificate and key; both or none. */
  readonly cert: string | null
  readonly key: string | null
}

export interface ConnectionSettings {
  /** redis:// or rediss://, with user, password and database in it. */
  readonly url: string
  readonly cluster: boolean
  /** Overrides the one in the URL. */
  readonly password: string | null
  readonly tls: TlsTexts | null
}

export interface Target {
  readonly host: string
  readonly port: number
  /** host:port; no user, no password. */
  readonly address: string
  readonly access: Pick<RedisOptions, 'username' | 'password' | 'db' | 'tls'>
}

const portDefault = 6379

export function targetOf({ url, cluster, password, tls }: ConnectionSettings): Target {
  const parsed = URL.parse(url)
  // The URL may hold a password: it is never shown.
  if (parsed === null || !/^rediss?:$/.test(parsed.protocol) || parsed.hostname === '') {
    throw new ConfigError('redis.url', 'redis://HOST:PORT or rediss://HOST:PORT')
  }
  const isTls = parsed.protocol === 'rediss:'
  if (tls !== null && !isTls) {
    throw new ConfigError('redis.url', 'rediss://, since certificates are given', 'redis://')
  }
  const host = parsed.hostname.replace(/^\[|\]$/g, '')
  const port = parsed.port === '' ? portDefault : Number(parsed.port)
  const secret = password ?? decodeURIComponent(parsed.password)
  return {
    host,
    port,
    address: `${parsed.hostname}:${port}`,
    access: {
      db: databaseOf(parsed.pathname, cluster),
      ...(parsed.username === '' ? {} : { username: decodeURIComponent(parsed.username) }),
      ...(secret === '' ? {} : { password: secret }),
      ...(isTls ? { tls: tlsOptions(tls) } : {}),
    },
  }
}

function databaseOf(path: string, cluster: boolean): number {
  if (path === '' || path === '/') return 0
  if (!/^\/\d+$/.test(path)) throw new ConfigError('redis.url', 'a database number as path', path)
  const database = Number(path.slice(1))
  if (cluster && database !== 0) {
    throw new ConfigError('redis.url', 'no database number, since a cluster has only 0', database)
  }
  return database
}

function tlsOptions(tls: TlsTexts | null) {
  const { ca = null, cert = null, key = null } = tls ?? {}
  return {
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
  }
}
