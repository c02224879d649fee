/** `peerwork network renew`: another year for an admin, with the owner's key. */

import { systemClock } from '../../node/clock.ts'
import { configDirFor } from '../../node/membership/owner-key.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import type { Context } from '../command.ts'
import { shortId } from '../names.ts'
import { plainLabel } from '../plain-text.ts'
import { findAmong } from './find.ts'
import { memberHome } from './home.ts'
import type { NetworkLine } from './home.ts'
import { withPassphrases } from './passphrases.ts'
import { until } from './when.ts'

/** The agent may run: then it tells the others at once. */
export async function renew({ values, name }: NetworkLine, context: Context): Promise<void> {
  const { home, members, running, id: self } = await memberHome(values, context)
  const { id: member, state } = findAmong(members, name ?? self)
  if (state !== 'member' && state !== 'expired') {
    const text = `${plainLabel(name ?? self)} is no member any more; only an invitation helps`
    throw new PeerworkError('MEMBERSHIP_REVOKED', text)
  }
  const { renewAsOwner } = await import('../../node/membership/as-owner.ts')
  const word = await withPassphrases(values, context, ({ owner }) => {
    const init = { home, member, configDir: configDirFor(context.env) }
    return renewAsOwner({ ...init, ...(owner !== undefined && { passphrase: owner }) })
  })
  const told = (await running?.agent.announce(word.record))?.told ?? 0
  const now = (await memberHome(values, context)).members.find(({ id }) => id === word.id)
  const expires = now?.expires ?? 0
  if (values.json) return context.out.json({ id: word.id, name: word.name, expires, told })
  const { err } = context
  const who = `${err.paint('bold', plainLabel(word.name))} (${shortId(word.id)})`
  const tick = err.paint(['bold', 'green'], '✔')
  err.line(`${tick} ${who} is a member until ${until(expires, systemClock.now())}`)
  if (running === undefined && word.id !== self) {
    err.line(err.paint('dim', '  It learns of it from this agent: start it with peerwork up.'))
  }
}
