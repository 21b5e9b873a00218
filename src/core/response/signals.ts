/**
 * Streams as people and other systems see them: which are listed, in which state, with which effect.
 *
 * Routes are listed by e-BH over the release's route streams at that moment (false discovery rate 5 %),
 * so that one route among fifty is named and its neighbours are not (detection reference, section 11).
 */
import type { EvidenceFinding, StreamEvidence } from '../../contracts/findings.ts'
import type { GaugeShift, Signal } from '../../contracts/signal.ts'
import { eBenjaminiHochberg } from '../detection/combine.ts'
import { isMaterial, judgeDefaults, judgeStream } from '../detection/judge.ts'
import { formatInstant } from '../kernel/instant.ts'

const falseDiscoveryRateMax = 0.05
const signalsMax = 60

/** Worst first: by state, then by evidence. */
export function signalsOf(evidence: EvidenceFinding): Signal[] {
  const { streams, final, logE } = evidence
  const routes = streams.filter(({ scope }) => scope.route !== null)
  const { rejected } = eBenjaminiHochberg(
    routes.map((stream) => Math.exp(Math.min(stream.logE, 700))),
    falseDiscoveryRateMax,
  )
  const guilty = new Set(rejected.map((i) => routes[i]!))
  const alarmed = logE >= judgeDefaults.regressedLogE
  return streams
    .map((stream) => {
      const listed = alarmed && guilty.has(stream) && isMaterial(stream, judgeDefaults)
      const { state } = judgeStream(stream, { final })
      return toSignal(stream, listed ? 'regressed' : state)
    })
    .sort((a, b) => order[a.state] - order[b.state] || b.evidence - a.evidence)
    .slice(0, signalsMax)
}

const order: Record<Signal['state'], number> = {
  regressed: 0,
  suspicious: 1,
  watching: 2,
  inconclusive: 3,
  cleared: 4,
}

export function toSignal(stream: StreamEvidence, state: Signal['state']): Signal {
  const { signal, scope, mode, logE, onset, detectable, latency } = stream
  return {
    signal,
    scope,
    mode,
    state,
    evidence: finite(logE),
    effect: effectOf(stream),
    detectable: detectable === null || !Number.isFinite(detectable) ? null : finite(detectable),
    onset:
      onset === null
        ? null
        : {
            at: formatInstant(onset.atMs),
            from: formatInstant(onset.fromMs),
            to: formatInstant(onset.toMs),
          },
    baseline: stream.baseline,
    observed: stream.observed,
    ...(latency === null ? {} : { latency }),
    ...(stream.gauge === undefined ? {} : { gauge: shown(stream.gauge) }),
    ...(stream.per === undefined ? {} : { per: stream.per }),
  }
}

function shown(gauge: GaugeShift): GaugeShift {
  const { unit, usual, shift, low, high, detectable, excluded, own } = gauge
  return {
    unit,
    usual: finite(usual),
    shift: finite(shift),
    low: finite(low),
    high: finite(high),
    detectable: detectable === null ? null : finite(detectable),
    excluded: excluded === null ? null : finite(excluded),
    ...(own === undefined ? {} : { own }),
  }
}

/**
 * Null where nothing was observed, or no event on either side: no ratio follows from that. The estimate is a
 * mean and its interval goes by grid values: at the end of the grid the mean lies a little beyond it.
 */
function effectOf({
  ratio,
  low,
  high,
  observed,
  baseline,
  signal,
}: StreamEvidence): Signal['effect'] {
  if (observed.exposure <= 0) return null
  // A gauge below zero, or about it, has no ratio: its shift says it.
  if (signal === 'gauge' && ratio === 1 && low === 1 && high === 1) return null
  if (signal !== 'traffic' && observed.events === 0 && baseline.events === 0) return null
  return {
    ratio: finite(ratio),
    low: finite(Math.min(low, ratio)),
    high: finite(Math.max(high, ratio)),
  }
}

/** Six significant digits: enough for anybody, and not the last bits of an exponential. */
function finite(value: number): number {
  if (!Number.isFinite(value)) return 0
  return Number(value.toPrecision(6))
}
