/**
 * Kafka's own jars for brokers without containers, fetched once by Maven into an ignored folder.
 * Needs `java` 17 or newer, and `mvn` the first time. kafka-tools-api is not published for 4.4.0 and not
 * needed by a broker.
 */
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const kafkaVersion = '4.4.0'
const folder = join(
  import.meta.dirname,
  `../../../node_modules/.cache/culprit/kafka-${kafkaVersion}`,
)
const jars = join(folder, 'libs')
const template = join(folder, 'formatted')
/** Every formatted folder names one cluster: brokers find each other by their addresses. */
const clusterId = 'Y3VscHJpdC1mb3ItdGVzdA'
const run = promisify(execFile)

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>culprit</groupId><artifactId>kafka-for-tests</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId>
      <version>${kafkaVersion}</version>
      <exclusions><exclusion>
        <groupId>org.apache.kafka</groupId><artifactId>kafka-tools-api</artifactId>
      </exclusion></exclusions>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
`

/** The class path of a broker, or why there is none. */
export async function kafkaClassPath(): Promise<string | { readonly missing: string }> {
  const java = await javaVersion()
  if (java === null) return { missing: 'java is not installed' }
  if (java < 17) return { missing: `java ${java} is older than 17` }
  if (!existsSync(jars)) {
    try {
      await fetchJars()
    } catch (error) {
      return { missing: `Maven could not fetch Kafka: ${firstLine(error)}` }
    }
  }
  return join(jars, '*')
}

async function javaVersion(): Promise<number | null> {
  try {
    const { stderr } = await run('java', ['-version'])
    const version = /version "(\d+)/.exec(stderr)?.[1]
    return version === undefined ? null : Number(version)
  } catch {
    return null
  }
}

async function fetchJars(): Promise<void> {
  const work = join(folder, `fetch-${process.pid}`)
  mkdirSync(work, { recursive: true })
  try {
    writeFileSync(join(work, 'pom.xml'), pom)
    const goal = 'dependency:copy-dependencies'
    const flags = ['-DincludeScope=runtime', '-DoutputDirectory=libs']
    await run('mvn', ['-q', '-B', goal, ...flags], { cwd: work, timeout: 300_000 })
    // Another process may have been faster.
    if (!existsSync(jars)) renameSync(join(work, 'libs'), jars)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** Fills a broker's data folder as `kafka-storage format` does, without starting a JVM each time. */
export async function formatStorage(classPath: string, nodeId: number, data: string) {
  if (!existsSync(template)) await makeTemplate(classPath)
  cpSync(template, data, { recursive: true })
  const id = Buffer.from(`culprit-node-${String(nodeId).padStart(3, '0')}`).toString('base64url')
  const meta = { version: 1, 'cluster.id': clusterId, 'node.id': nodeId, 'directory.id': id }
  writeFileSync(
    join(data, 'meta.properties'),
    Object.entries(meta)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  )
}

async function makeTemplate(classPath: string): Promise<void> {
  const work = join(folder, `format-${process.pid}`)
  mkdirSync(work, { recursive: true })
  try {
    const properties = join(work, 'server.properties')
    writeFileSync(
      properties,
      [
        'process.roles=broker,controller',
        'node.id=1',
        'controller.quorum.voters=1@127.0.0.1:9093',
        'listeners=PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093',
        'controller.listener.names=CONTROLLER',
        `log.dirs=${join(work, 'data')}`,
        '',
      ].join('\n'),
    )
    const tool = ['-cp', classPath, 'kafka.tools.StorageTool', 'format']
    await run('java', [...tool, '-t', clusterId, '-c', properties], { timeout: 60_000 })
    if (!existsSync(template)) renameSync(join(work, 'data'), template)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0]!
}
