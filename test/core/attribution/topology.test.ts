/** How far a broken service reaches along the calls, to its callers and to what it calls. */
import { describe, expect, it } from 'vitest'
import { CallGraph, reach } from '../../../src/core/attribution/topology.ts'
import { checkout, front, payment, scene, stream } from './scene.ts'

describe('reach', () => {
  const graph = new CallGraph(scene().edges)
  it.each([
    { over: { service: checkout }, q: 0.8, why: 'its own route' },
    { over: { service: front }, q: 0.4, why: 'a direct caller' },
    { over: { service: payment }, q: 0.01, why: 'a callee does not see its caller break' },
    {
      over: { service: payment, signal: 'availability' as const, caller: checkout },
      q: 0.3,
      why: 'the edge to a callee',
    },
  ])('answers $q: $why', ({ over, q }) => {
    expect(reach(stream(over), checkout, graph, null)).toBe(q)
  })

  it('halves with each hop up the calls, and survives a cycle', () => {
    const cyclic = new CallGraph([...scene().edges, { caller: payment, callee: front }])
    expect(reach(stream({ service: front }), payment, cyclic, null)).toBe(0.2)
  })
})
