/** An invitation, signed by the agent; or by the owner, where the agent may not. */

import { existsSync } from 'node:fs'
import type { Invitation, InviteOptions } from '../../node/membership/api.ts'
import { configDirFor, ownerKeyPath } from '../../node/membership/owner-key.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import type { Context, Values } from '../command.ts'
import { homeOf } from '../session.ts'
import type { Session } from '../session.ts'
import { withPassphrases } from './passphrases.ts'
import type { PASSPHRASES } from './passphrases.ts'

type Given = Values<typeof PASSPHRASES> & {
  readonly home: string | undefined
  readonly name: string | undefined
  readonly json: boolean
}

/** What the owner can do in an agent's place. */
const OWNERS: ReadonlySet<string> = new Set(['ROLE_MISSING', 'OWNER_KEY_NEEDED'])

/** @throws PeerworkError `ROLE_MISSING`, `OWNER_KEY_NEEDED` with where the key belongs */
export async function sign(
  { agent, info }: Pick<Session, 'agent' | 'info'>,
  offer: InviteOptions,
  values: Given,
  context: Context
): Promise<Invitation> {
  try {
    return await agent.invite(offer)
  } catch (error) {
    if (!(error instanceof PeerworkError) || !OWNERS.has(error.code)) throw error
    const configDir = configDirFor(context.env)
    const path = ownerKeyPath(configDir, info.membership?.name ?? '')
    if (!existsSync(path)) throw withPlace(error, path)
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

/** Where the owner's key was looked for. */
export function withPlace({ code, message, facts }: PeerworkError, path: string): PeerworkError {
  if (code !== 'OWNER_KEY_NEEDED') return new PeerworkError(code, message, facts)
  return new PeerworkError(code, `${message}; its key is not at ${path}`, { ...facts, path })
}
