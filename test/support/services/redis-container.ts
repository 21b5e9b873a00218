/**
 * Redis in a container. Whether there is an engine is asked at its door first, because testcontainers takes
 * long to find that out, and most machines have none.
 */
import { existsSync } from 'node:fs'
import { request } from 'node:http'
import { homedir } from 'node:os'
import { join } from 'node:path'

const probeMs = 1_000
const startMsMax = 60_000
const image = 'redis:7-alpine'

export interface RedisContainer {
  readonly url: string
  readonly how: string
  stop(): Promise<void>
}

/** null when there is no engine; throws when there is one and the container does not start. */
export async function startRedisContainer(): Promise<RedisContainer | null> {
  if (!(await engineAnswers())) return null
  const { GenericContainer, Wait } = await import('testcontainers')
  const container = await new GenericContainer(image)
    .withCommand('redis-server --appendonly yes --save  --protected-mode no'.split(' '))
    .withExposedPorts(6379)
    .withWaitStrategy(Wait.forLogMessage('Ready to accept connections'))
    .withStartupTimeout(startMsMax)
    .start()
  return {
    url: `redis://${container.getHost()}:${container.getMappedPort(6379)}`,
    how: `container ${image}`,
    stop: async () => {
      await container.stop()
    },
  }
}

async function engineAnswers(): Promise<boolean> {
  const host = process.env['DOCKER_HOST'] ?? ''
  if (/^(tcp|ssh|npipe|https?):/.test(host)) return true
  const runtime = process.env['XDG_RUNTIME_DIR'] ?? `/run/user/${process.getuid?.() ?? 0}`
  const sockets = host.startsWith('unix://')
    ? [host.slice('unix://'.length)]
    : [
        '/var/run/docker.sock',
        join(runtime, 'docker.sock'),
        join(homedir(), '.docker/run/docker.sock'),
        join(homedir(), '.docker/desktop/docker.sock'),
      ]
  const answers = await Promise.all(sockets.filter((path) => existsSync(path)).map(ping))
  return answers.includes(true)
}

function ping(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: '/_ping', timeout: probeMs }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    asked.on('timeout', () => asked.destroy(new Error('no answer')))
    asked.on('error', () => resolve(false))
    asked.end()
  })
}
