/** `peerwork observe key`: make, list and revoke keys of the HTTP door. */

import { SCOPES } from '../../gateway/access/caller.ts'
import type { Scope } from '../../gateway/access/caller.ts'
import type { KeyInfo } from '../../gateway/access/keys.ts'
import { systemClock } from '../../node/clock.ts'
import { toMs } from '../../node/duration.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import { columns } from '../columns.ts'
import type { Context } from '../command.ts'
import { plainLabel } from '../plain-text.ts'
import { OWNER, openDesk } from './data.ts'
import { dataOf } from './options.ts'
import type { ObserveValues } from './options.ts'

/** Longest life of a key that is to expire, ms: ten years. */
const LIFE_MS_MAX = 3_650 * 24 * 60 * 60_000

export interface KeyLine {
  readonly action: string | undefined
  readonly name: string | undefined
  readonly values: ObserveValues
}

/** @throws PeerworkError `BAD_OPTION`, `HOME_UNSAFE`, `STORE_FAILED` */
export function key(line: KeyLine, context: Context): void {
  switch (line.action) {
    case 'create':
      return create(line, context)
    case 'list':
      return list(line, context)
    case 'revoke':
      return revoke(line, context)
    default:
      throw usage('observe key what? create <name>, list, or revoke <name>')
  }
}

const usage = (text: string): PeerworkError =>
  new PeerworkError('BAD_OPTION', text, { command: 'observe' })

function create({ name, values }: KeyLine, context: Context): void {
  const { out, err } = context
  const life = values.expires
  const wantedName = named(name)
  const scopes = scopesOf(values.scope)
  const expires =
    life === undefined ? undefined : systemClock.now() + toMs(life, '--expires', LIFE_MS_MAX)
  using desk = openDesk(dataOf(values, context))
  const wanted = { name: wantedName, scopes, ...(expires !== undefined && { expires }) }
  const made = desk.keys.create(wanted, OWNER)
  if (values.json) return out.json(made)
  err.line(`${err.paint('green', '✔')} key ${err.paint('bold', made.name)} may ${told(made)}`)
  err.line(err.paint('dim', '  It is shown this once, and kept as a hash alone:'))
  out.line(made.key)
}

const told = ({ scopes, expires }: KeyInfo): string =>
  `${scopes.join(' and ')}${expires === null ? '' : `, until ${day(expires)}`}`

function list({ name, values }: KeyLine, context: Context): void {
  if (name !== undefined) throw usage(`one word too many: "${name}"`)
  const { out, err } = context
  using desk = openDesk(dataOf(values, context))
  const keys = desk.keys.list()
  if (values.json) return out.json({ keys })
  if (keys.length === 0) return err.line('no keys yet: peerwork observe key create <name>')
  const rows = keys.map((one) => [
    ...[out.paint('bold', plainLabel(one.name)), one.id, one.scopes.join(',')],
    ...[stateOf(one), one.used === null ? 'never used' : `used ${day(one.used)}`]
  ])
  for (const row of columns(rows)) out.line(row)
}

function stateOf({ revoked, expires }: KeyInfo): string {
  if (revoked !== null) return `revoked ${day(revoked)}`
  if (expires === null) return 'valid'
  return expires <= systemClock.now() ? `expired ${day(expires)}` : `until ${day(expires)}`
}

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ')

function revoke({ name, values }: KeyLine, context: Context): void {
  const { out, err } = context
  using desk = openDesk(dataOf(values, context))
  const info = desk.keys.revoke(named(name), OWNER)
  if (values.json) return out.json(info)
  err.line(`${err.paint('green', '✔')} ${plainLabel(info.name)} is revoked, from this moment on`)
}

function named(name: string | undefined): string {
  if (name !== undefined) return name
  throw usage('which key? Give its name: observe key create <name> --scope ingest,read')
}

const MAY = '--scope ingest (bring traces), read, both as ingest,read, or admin (everything)'

/** @throws PeerworkError `BAD_OPTION` */
function scopesOf(text: string | undefined): readonly Scope[] {
  const words = (text ?? '').split(',').map((word) => word.trim())
  const scopes = SCOPES.filter((scope) => words.includes(scope))
  if (scopes.length > 0 && scopes.length === new Set(words).size) return scopes
  if (text === undefined) throw usage(`what may it do? ${MAY}`)
  throw usage(`${MAY}; not "${text}"`)
}
