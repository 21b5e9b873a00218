/** Folds a recorded line at the middle of its own times: days old, it would be refused else. */
import { decodeOtlp } from '../../../../src/core/intake/otlp/decode.ts'
import { medianEventTime } from '../../../../src/core/rollup/fold/admission.ts'
import { type Folded, fold } from '../../../../src/core/rollup/fold/fold.ts'
import { foldDefaults } from '../../../../src/core/rollup/fold/settings.ts'

export function foldLine(line: Uint8Array): Folded {
  const decoded = decodeOtlp(line, 'auto')
  if (!decoded.ok) throw new Error(decoded.message)
  return fold(decoded.telemetry, {
    arrivedMs: medianEventTime(decoded.telemetry) ?? 0,
    settings: foldDefaults,
  })
}
