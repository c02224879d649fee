/** A home that is, or becomes, a member, opened by a command. */

import { join } from 'node:path'
import { PeerworkError } from '../../protocol/errors.ts'
import { systemClock } from '../clock.ts'
import { openHome } from '../home.ts'
import { JournalStore } from '../journal-store.ts'
import { openKey, readKey } from '../key-file.ts'
import type { Secret } from '../key-file.ts'
import { loadRoster } from './load-roster.ts'
import type { Roster } from './roster.ts'
import { holdsMembership } from './members-file.ts'
import { settleKey } from './settle-key.ts'
import { MemberStore } from './store.ts'
import type { Own } from './store.ts'

export interface LockedHome extends Disposable {
  readonly secret: Secret
  readonly store: MemberStore
  readonly own: Own | undefined
}

/**
 * Open a home for oneself alone, and make what is missing in it.
 *
 * @throws PeerworkError `HOME_IN_USE` while its agent runs, `HOME_UNSAFE`, `PASSPHRASE_WRONG`,
 *   `KEY_UNREADABLE`, `STORE_FAILED`
 */
export function lockHome(home: string, passphrase?: string): LockedHome {
  openHome(home)
  const lock = new JournalStore(home, systemClock.now())
  const closers = [() => lock.close()]
  try {
    const store = new MemberStore(home)
    closers.unshift(() => store[Symbol.dispose]())
    const own = store.own()
    const read = openKey(home, systemClock, passphrase)
    const held = { secret: read, options: { passphrase } }
    const secret = own === undefined ? read : settleKey(home, own, held)
    return {
      ...{ secret, store, own },
      [Symbol.dispose]: () => {
        for (const close of closers) close()
      }
    }
  } catch (error) {
    for (const close of closers) close()
    throw error
  }
}

export interface SharedHome extends Disposable {
  readonly store: MemberStore
  readonly own: Own
  readonly roster: Roster
  /** @throws PeerworkError `PASSPHRASE_WRONG`, `KEY_UNREADABLE`, `HOME_UNSAFE` */
  secret(passphrase?: string): Secret
}

/**
 * Open a member's home beside its agent, which may run.
 *
 * @throws PeerworkError `NOT_A_MEMBER`, `STORE_FAILED`
 */
export function shareHome(home: string): SharedHome {
  const nobody = new PeerworkError('NOT_A_MEMBER', `the home ${home} is in no network`, { home })
  if (!holdsMembership(home)) throw nobody
  const store = new MemberStore(home)
  try {
    const own = store.own()
    if (own === undefined) throw nobody
    return {
      ...{ store, own, roster: loadRoster(store, own, systemClock.now) },
      secret(passphrase) {
        const secret = readKey(join(home, 'key'), passphrase)
        if (secret !== undefined) return secret
        throw new PeerworkError('KEY_UNREADABLE', `there is no key in ${home}`, { home })
      },
      [Symbol.dispose]: () => store[Symbol.dispose]()
    }
  } catch (error) {
    store[Symbol.dispose]()
    throw error
  }
}
