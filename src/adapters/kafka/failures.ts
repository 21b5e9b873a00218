/**
 * What a failure of kafkajs means: not now, wrong credentials, or a bug.
 *
 * `retriable` of kafkajs does not tell: after an outage it wraps a retriable cause in
 * KafkaJSNonRetriableError (seen after 27 s). So the whole chain of causes is judged, by names listed
 * here. What the brokers may yet do differently (leaders, coordinators, replicas, rights, a topic that is
 * made again) is `not now`; what no waiting changes (a record too large, a wrong argument) is a bug.
 */
import { UnreachableError } from '../../core/kernel/errors.ts'

const notNowNames = new Set([
  'KafkaJSBrokerNotFound',
  'KafkaJSConnectionClosedError',
  'KafkaJSConnectionError',
  'KafkaJSFetcherRebalanceError',
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSLockTimeout',
  'KafkaJSMetadataNotLoaded',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSSASLAuthenticationError',
  'KafkaJSStaleTopicMetadataAssignment',
  'KafkaJSTimeout',
  'KafkaJSTopicMetadataNotLoaded',
  'UnreachableError',
])

const notNowTypes = new Set([
  'BROKER_NOT_AVAILABLE',
  'CLUSTER_AUTHORIZATION_FAILED',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'FENCED_LEADER_EPOCH',
  'GROUP_AUTHORIZATION_FAILED',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'ILLEGAL_SASL_STATE',
  'KAFKA_STORAGE_ERROR',
  'LEADER_NOT_AVAILABLE',
  'NETWORK_EXCEPTION',
  'NOT_CONTROLLER',
  'NOT_COORDINATOR_FOR_GROUP',
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'NOT_LEADER_FOR_PARTITION',
  'OFFSET_NOT_AVAILABLE',
  'OFFSET_OUT_OF_RANGE',
  'POLICY_VIOLATION',
  'REBALANCE_IN_PROGRESS',
  'REPLICA_NOT_AVAILABLE',
  'REQUEST_TIMED_OUT',
  'SASL_AUTHENTICATION_FAILED',
  'THROTTLING_QUOTA_EXCEEDED',
  'TOPIC_AUTHORIZATION_FAILED',
  'UNKNOWN_LEADER_EPOCH',
  'UNKNOWN_MEMBER_ID',
  'UNKNOWN_TOPIC_OR_PARTITION',
])

const membershipTypes = new Set([
  'ILLEGAL_GENERATION',
  'NOT_COORDINATOR_FOR_GROUP',
  'REBALANCE_IN_PROGRESS',
  'UNKNOWN_MEMBER_ID',
])

interface Failure {
  readonly name?: string
  readonly type?: string
  readonly message?: string
  readonly cause?: unknown
  readonly errors?: readonly unknown[]
}

export function isNotNow(error: unknown): boolean {
  return chain(error).some(
    ({ name = '', type = '' }) => notNowNames.has(name) || notNowTypes.has(type),
  )
}

/** The group goes on without this member, or deals anew: kafkajs joins again. */
export function isMembershipFailure(error: unknown): boolean {
  return chain(error).some(({ type = '' }) => membershipTypes.has(type))
}

export function isRefusedLogin(error: unknown): boolean {
  return chain(error).some(
    ({ name, type }) =>
      name === 'KafkaJSSASLAuthenticationError' || type === 'SASL_AUTHENTICATION_FAILED',
  )
}

export function hasType(error: unknown, wanted: string): boolean {
  return chain(error).some(({ type }) => type === wanted)
}

/** UnreachableError for what means `not now`; anything else unchanged. */
export function asUnreachable(error: unknown, doing: string): unknown {
  if (error instanceof UnreachableError || !isNotNow(error)) return error
  return new UnreachableError(`Kafka: ${doing}: ${messageOf(error)}`, { cause: error })
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function chain(error: unknown): Failure[] {
  const found: Failure[] = []
  const open: unknown[] = [error]
  while (open.length > 0 && found.length < 20) {
    const failure = open.shift()
    if (typeof failure !== 'object' || failure === null) continue
    const known = failure as Failure
    if (found.includes(known)) continue
    found.push(known)
    open.push(known.cause, ...(known.errors ?? []))
  }
  return found
}
