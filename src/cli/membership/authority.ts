/** Who may sign: an admin for members, the owner's key for anything. */

import { existsSync } from 'node:fs'
import type { MembershipInfo } from '../../node/membership/api.ts'
import { configDirFor, ownerKeyPath } from '../../node/membership/owner-key.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import type { Context } from '../command.ts'
import { plainLabel } from '../plain-text.ts'

/** What the owner can do in an agent's place. */
const OWNERS: ReadonlySet<string> = new Set(['ROLE_MISSING', 'OWNER_KEY_NEEDED'])

export interface OwnerPlace {
  readonly configDir: string
  /** Where the owner's key of this network belongs. */
  readonly path: string
  readonly isHere: boolean
}

export function ownerPlace(name: string, { env }: Pick<Context, 'env'>): OwnerPlace {
  const configDir = configDirFor(env)
  const path = ownerKeyPath(configDir, name)
  return { configDir, path, isHere: existsSync(path) }
}

/**
 * Said before a person is asked anything, or an agent started.
 *
 * @param what inside a sentence: "invites an admin", "puts out bob"
 * @param byOwner whether an admin is concerned, which is the owner's business
 * @throws PeerworkError `ROLE_MISSING`, `OWNER_KEY_NEEDED` with where its key belongs
 */
export function checkAuthority(
  { name, roles }: Pick<MembershipInfo, 'name' | 'roles'>,
  { what, byOwner }: { readonly what: string; readonly byOwner: boolean },
  context: Pick<Context, 'env'>
): void {
  const { path, isHere } = ownerPlace(name, context)
  if (isHere || (roles.includes('admin') && !byOwner)) return
  const network = plainLabel(name)
  if (byOwner) {
    const text = `only the owner of ${network} ${what}; its key is not at ${path}`
    throw new PeerworkError('OWNER_KEY_NEEDED', text, { path })
  }
  const may = roles.join(', ') || 'nothing'
  const text = `only an admin of ${network} ${what}; this agent may ${may}`
  throw new PeerworkError('ROLE_MISSING', text, { role: 'admin' })
}

/** Whether the owner can do what the agent could not. */
export function isForOwner(error: unknown, { isHere }: OwnerPlace): boolean {
  return isHere && error instanceof PeerworkError && OWNERS.has(error.code)
}
