/** A revocation, signed by the agent; or by the owner, where it takes that. */

import type { Member, Revoked } from '../../node/membership/api.ts'
import type { Context, Values } from '../command.ts'
import { homeOf } from '../session.ts'
import type { Session } from '../session.ts'
import { isForOwner, ownerPlace } from './authority.ts'
import { withPassphrases } from './passphrases.ts'
import type { PASSPHRASES } from './passphrases.ts'

type Given = Values<typeof PASSPHRASES> & {
  readonly home: string | undefined
  readonly name: string | undefined
  readonly json: boolean
  readonly reason: string | undefined
}

/** @throws PeerworkError `ROLE_MISSING`, `OWNER_KEY_NEEDED`, `PASSPHRASE_WRONG` */
export async function putOut(
  { agent, info }: Pick<Session, 'agent' | 'info'>,
  { id: member }: Member,
  values: Given,
  context: Context
): Promise<Revoked> {
  const { reason } = values
  try {
    return await agent.revoke(member, reason)
  } catch (error) {
    const place = ownerPlace(info.membership?.name ?? '', context)
    if (!isForOwner(error, place)) throw error
    const { configDir } = place
    const { revokeAsOwner } = await import('../../node/membership/as-owner.ts')
    const word = await withPassphrases(values, context, ({ owner }) => {
      return revokeAsOwner({
        ...{ home: homeOf(values, context), configDir, member },
        ...(owner !== undefined && { passphrase: owner }),
        ...(reason !== undefined && { reason })
      })
    })
    const { told } = await agent.announce(word.record)
    return { id: word.id, name: word.name, told }
  }
}
