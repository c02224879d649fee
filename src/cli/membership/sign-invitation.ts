/** An invitation, signed by the agent; or by the owner, where the agent may not. */

import type { Invitation, InviteOptions } from '../../node/membership/api.ts'
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
}

/** @throws PeerworkError `ROLE_MISSING`, `OWNER_KEY_NEEDED`, `PASSPHRASE_WRONG` */
export async function sign(
  { agent, info }: Pick<Session, 'agent' | 'info'>,
  offer: InviteOptions,
  values: Given,
  context: Context
): Promise<Invitation> {
  try {
    return await agent.invite(offer)
  } catch (error) {
    const place = ownerPlace(info.membership?.name ?? '', context)
    if (!isForOwner(error, place)) throw error
    const { configDir } = place
    const { createInvitation } = await import('../../node/membership/invite.ts')
    const addresses = offer.addresses ?? ownAddresses(info)
    return withPassphrases(values, context, ({ home: homePassphrase, owner }) => {
      return createInvitation({
        ...{ ...offer, home: homeOf(values, context), configDir, addresses },
        ...(homePassphrase !== undefined && { homePassphrase }),
        ...(owner !== undefined && { passphrase: owner })
      })
    })
  }
}

const ownAddresses = ({ addresses, id }: Session['info']): readonly string[] =>
  addresses.filter((address) => address.endsWith(`/p2p/${id}`))
