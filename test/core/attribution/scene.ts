/**
 * A scene to attribute: checkout was released, and a minute later it and its caller fail, while payment, which it
 * calls, is well. Three changes are in that release, one in an older release of payment.
 */
import type {
  AttributionInput,
  AttributionStream,
  Candidate,
  ErrorKind,
} from '../../../src/core/attribution/types.ts'

export const t0 = 1_795_000_000_000
export const minute = 60_000
export const checkout = 'production/shop/checkout'
export const front = 'production/shop/front'
export const payment = 'production/shop/payment'

export const stream = (over: Partial<AttributionStream>): AttributionStream => ({
  id: `${over.service} ${over.signal ?? 'errors'} ${over.route ?? ''}`,
  service: checkout,
  signal: 'errors',
  route: null,
  caller: null,
  logE: -0.5,
  onsetMs: null,
  code: null,
  ...over,
})

export const change = (
  id: string,
  over: Partial<Candidate> & { path?: string; head?: [number, number][] } = {},
): Candidate => {
  const { path = `checkout/${id}.js`, head = [[1, 5]], ...rest } = over
  return {
    id,
    kind: 'change',
    title: id,
    revision: null,
    units: ['rel_checkout'],
    lines: 40,
    files: [
      {
        path,
        oldPath: null,
        created: false,
        generated: false,
        head,
        functions: null,
        tokens: null,
      },
    ],
    committedAtMs: t0 - minute,
    ...rest,
  }
}

const frame = (file: string, line: number | null = null, name: string | null = null) => ({
  file,
  line,
  function: name,
  inApp: true,
})
export const kind = (over: Partial<ErrorKind> = {}): ErrorKind => ({
  fingerprint: 'f1',
  service: checkout,
  type: 'TypeError',
  template: 'cannot apply voucher to basket',
  frames: [frame('/app/checkout/cart.js', 42, 'applyVoucher')],
  ...over,
})

export const scene = (over: Partial<AttributionInput> = {}): AttributionInput => ({
  onsetMs: t0 + minute,
  units: [
    { id: 'rel_checkout', service: checkout, startMs: t0, contrast: 9 },
    { id: 'rel_payment', service: payment, startMs: t0 - 40 * minute, contrast: null },
  ],
  candidates: [
    change('a', { path: 'checkout/cart.js', head: [[40, 44]] }),
    change('b', { path: 'checkout/cart.js', head: [[1, 10]] }),
    change('c', { path: 'checkout/stock.js' }),
    change('d', { path: 'payment/card.js', units: ['rel_payment'] }),
  ],
  streams: [
    stream({ service: checkout, logE: 12, onsetMs: t0 + minute }),
    stream({ service: front, logE: 5, onsetMs: t0 + minute }),
    stream({ service: payment }),
  ],
  edges: [
    { caller: front, callee: checkout },
    { caller: checkout, callee: payment },
  ],
  kinds: [kind()],
  entryFiles: [],
  oldShift: null,
  ...over,
})
