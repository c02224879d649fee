/** A change of key that a crash cut short is finished: the membership was written first. */

import { join } from 'node:path'
import { openCertificateOwner } from './own-id.ts'
import { readKey, replaceKey } from '../key-file.ts'
import type { Secret } from '../key-file.ts'
import type { AgentOptions } from '../options.ts'
import type { GuestOf } from './record-book.ts'
import type { Own } from './store.ts'

/** Where the next key lies until it is the home's key. */
export const NEXT_KEY = 'key.next'

interface Held {
  readonly secret: Secret
  readonly options: Pick<AgentOptions, 'passphrase'>
}

/** @returns the key that fits the membership, which is nearly always the one that was read */
export function settleKey(home: string, own: Own | GuestOf, { secret, options }: Held): Secret {
  if (!('credential' in own) || openCertificateOwner(own) === secret.identity.id) return secret
  const path = join(home, NEXT_KEY)
  const next = readKey(path, options.passphrase)
  if (next === undefined || next.identity.id !== openCertificateOwner(own)) return secret
  replaceKey(home, path, secret)
  return next
}
