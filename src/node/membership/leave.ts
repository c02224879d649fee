/** Leaving a network: this home forgets that it is a member. */

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { PeerworkError } from '../../protocol/errors.ts'
import { nameOfNetwork } from '../../protocol/membership/network-id.ts'
import { systemClock } from '../clock.ts'
import { JournalStore } from '../journal-store.ts'
import { shareHome } from './member-home.ts'
import { MEMBERS_FILE } from './members-file.ts'

export interface Left {
  readonly network: string
  /** What people called the network. */
  readonly name: string
}

/**
 * Others are told nothing: the certificate that is forgotten here ends by itself, and an admin can
 * end it sooner. The key stays, and so does whatever owner's key there is.
 *
 * @throws PeerworkError `NOT_A_MEMBER`, `HOME_IN_USE` while its agent runs, `STORE_FAILED`
 */
export async function leaveNetwork(home: string): Promise<Left> {
  await Promise.resolve()
  const { network } = networkOf(home)
  const lock = new JournalStore(home, systemClock.now())
  try {
    for (const suffix of ['', '-wal', '-shm']) {
      rmSync(join(home, `${MEMBERS_FILE}${suffix}`), { force: true })
    }
  } catch (error) {
    const text = `the roster's file cannot be removed: ${(error as Error).message}`
    throw new PeerworkError('STORE_FAILED', text, { home }, error)
  } finally {
    lock.close()
  }
  return { network, name: nameOfNetwork(network) }
}

function networkOf(home: string) {
  using place = shareHome(home)
  return place.own
}
