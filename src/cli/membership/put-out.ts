/** A revocation, signed by the agent; or by the owner, where it takes that. */

import { existsSync } from 'node:fs'
import type { Member, Revoked } from '../../node/membership/api.ts'
import { configDirFor, ownerKeyPath } from '../../node/membership/owner-key.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import type { Context, Values } from '../command.ts'
import { homeOf } from '../session.ts'
import type { Session } from '../session.ts'
import { withPassphrases } from './passphrases.ts'
import type { PASSPHRASES } from './passphrases.ts'
import { withPlace } from './sign-invitation.ts'

type Given = Values<typeof PASSPHRASES> & {
  readonly home: string | undefined
  readonly name: string | undefined
  readonly json: boolean
  readonly reason: string | undefined
}

/** What the owner can do in an agent's place. */
const OWNERS: ReadonlySet<string> = new Set(['ROLE_MISSING', 'OWNER_KEY_NEEDED'])

/** @throws PeerworkError `ROLE_MISSING`, `OWNER_KEY_NEEDED` with where the key belongs */
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
    if (!(error instanceof PeerworkError) || !OWNERS.has(error.code)) throw error
    const configDir = configDirFor(context.env)
    const path = ownerKeyPath(configDir, info.membership?.name ?? '')
    if (!existsSync(path)) throw withPlace(error, path)
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
