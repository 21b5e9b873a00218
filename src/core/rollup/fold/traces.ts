/** Trace ids as they go into records: a hash for joining, in full for the few that people are shown. */

interface TraceWords {
  readonly trace0: number
  readonly trace1: number
  readonly trace2: number
  readonly trace3: number
}

/**
 * 64 bits, 16 hex digits: the right half of the id, which W3C Trace Context asks to be random; the left half for a
 * sender that leaves the right one empty. Empty for no trace.
 */
export function traceHash({ trace0, trace1, trace2, trace3 }: TraceWords): string {
  if (trace2 !== 0 || trace3 !== 0) return hexWord(trace2) + hexWord(trace3)
  return trace0 === 0 && trace1 === 0 ? '' : hexWord(trace0) + hexWord(trace1)
}

export function traceId({ trace0, trace1, trace2, trace3 }: TraceWords): string {
  return hexWord(trace0) + hexWord(trace1) + hexWord(trace2) + hexWord(trace3)
}

function hexWord(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}
