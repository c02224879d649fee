/** Quotas as they are written on the command line: `rate=50`, `admin:share=4`, `12D3…:burst=9`. */

import { PeerworkError } from '../protocol/errors.ts'
import { isRole } from '../protocol/membership/role.ts'
import type { Quota, QuotasInit } from '../node/quota.ts'

/** Of everybody, of the members with a role, or of one peer: which limit, and how much. */
export const QUOTA = /^(?:([a-z]+|12D3KooW\w{44}):)?([a-z-]+)=(\d+(?:\.\d+)?)(KiB|MiB|GiB)?$/

const LIMITS: Readonly<Record<string, keyof Quota>> = {
  rate: 'perSecond',
  burst: 'burst',
  'in-flight': 'inFlight',
  bytes: 'bytes',
  share: 'share'
}
const UNITS: Readonly<Record<string, number>> = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }

type Limits = { -readonly [Name in keyof Quota]?: Quota[Name] }

/** @throws PeerworkError `BAD_OPTION` */
export function quotasOf(texts: readonly string[]): QuotasInit {
  const all: Limits = {}
  const peers: Record<string, Limits> = {}
  const roles: Record<string, Limits> = {}
  for (const text of texts) {
    const [, who, limit = '', number = '', unit] = QUOTA.exec(text) ?? []
    const name = Object.hasOwn(LIMITS, limit) ? LIMITS[limit] : undefined
    const unfit = unit !== undefined && name !== 'bytes'
    const wrongRole = who !== undefined && who.length < 20 && !isRole(who)
    if (name === undefined || unfit || wrongRole) throw misread(text)
    const table = who === undefined ? undefined : isRole(who) ? roles : peers
    const limits = table === undefined || who === undefined ? all : (table[who] ??= {})
    limits[name] = Number(number) * (unit === undefined ? 1 : (UNITS[unit] ?? 1))
  }
  return { ...all, peers, roles }
}

/** The limits of a quota as they would be written; what has no limit is not said. */
export function quotaTexts(quota: Quota): string[] {
  return Object.entries(LIMITS).flatMap(([limit, name]) => {
    return Number.isFinite(quota[name]) ? [`${limit}=${quota[name]}`] : []
  })
}

function misread(text: string): PeerworkError {
  const names = Object.keys(LIMITS).join(', ')
  const how = `[<peer id or role>:]<limit>=<number>, with a limit of ${names}`
  return new PeerworkError('BAD_OPTION', `--quota: "${text.slice(0, 100)}" is not ${how}`)
}
