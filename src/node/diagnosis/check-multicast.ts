/** What the multicast probe means for finding peers. */

import { fail, pass, warn } from './finding.ts'
import type { Finding } from './finding.ts'
import type { MulticastProbe, MulticastTry } from './probe-multicast.ts'

export interface MulticastFacts {
  /** Whether this agent looks for peers by mDNS. */
  readonly wanted: boolean
  /** Undefined: not tried yet. */
  readonly probe: MulticastProbe | undefined
  /** Announcements of other agents heard so far, count. */
  readonly heard: number
  /** Whether the system says that an interface carries multicast. */
  readonly flag: (name: string) => boolean | undefined
}

/** Interfaces named in one sentence, count. */
const NAMED_MAX = 4

export function checkMulticast({ wanted, probe, heard, flag }: MulticastFacts): Finding {
  if (!wanted) return pass('MULTICAST', 'mDNS is off, so it is not needed')
  if (probe === undefined) {
    return pass('MULTICAST', heard > 0 ? 'others are heard' : 'not tried yet', { heard })
  }
  const { chosen, outlets } = probe
  if (chosen.error !== null) {
    const facts = { heard, error: chosen.error }
    return fail('MULTICAST', `no multicast on this machine: ${chosen.error}`, { facts })
  }
  const deaf = outlets.flatMap((outlet) => faultOf(outlet, flag))
  const by = outlets.find(({ address }) => address === chosen.from)
  const facts = { heard, interface: by?.name ?? null, works: outlets.length - deaf.length }
  const told = deaf.slice(0, NAMED_MAX).join('; ')
  const blocked = by !== undefined && faultOf(by, flag).length > 0
  if (blocked || (outlets.length > 0 && deaf.length === outlets.length)) {
    return fail('MULTICAST', told, { facts })
  }
  if (deaf.length > 0) return warn('MULTICAST', told, { facts })
  const where = by === undefined ? 'this machine only' : `${by.name} ${by.address}`
  return pass('MULTICAST', `works; announcements leave by ${where}`, facts)
}

function faultOf({ name, address, error }: MulticastTry, flag: MulticastFacts['flag']): string[] {
  const place = `no multicast on ${name} (${address})`
  if (error !== null) return [`${place}: ${error}`]
  if (flag(name) === false) return [`${place}: the interface does not carry it`]
  return []
}
