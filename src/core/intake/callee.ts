/**
 * Whom a call went to, as its caller names it: `peer.service`, else a server address that is a name.
 *
 * An IP address or the machine itself names nobody. Of a host name the first label is the service, as the service
 * discovery of Kubernetes, Compose and Consul has it (`checkout.shop.svc.cluster.local`). The callee is taken to live
 * in the caller's environment and namespace.
 */
import type { Service } from '../../contracts/service.ts'
import { formatServiceKey } from '../kernel/service-key.ts'

export interface Callee {
  readonly key: string
  readonly by: 'peer' | 'address'
}

export function calleeOf(
  caller: Service,
  { peerService, address }: { readonly peerService: string; readonly address: string },
): Callee | null {
  const peer = peerService.trim()
  if (peer !== '') return { key: keyOf(caller, peer), by: 'peer' }
  const name = hostService(address.trim())
  return name === null ? null : { key: keyOf(caller, name), by: 'address' }
}

/** The service that a host name names; null for addresses and the machine itself. */
export function hostService(address: string): string | null {
  const host = address.replace(/^[a-z][\w+.-]*:\/\//i, '').replace(/:\d+$/, '')
  if (host === '' || host.includes(':') || /^[\d.]+$/.test(host) || /[/\s]/.test(host)) return null
  const label = host.split('.', 1)[0]!
  return label === '' || label.toLowerCase() === 'localhost' ? null : label
}

function keyOf(caller: Service, name: string): string {
  return formatServiceKey({ ...caller, name })
}
