/** The data directory of an observer, as commands beside it use it: keys and sign-in links. */

import { openAccess } from '../../gateway/access/database.ts'
import { Audit } from '../../gateway/access/audit.ts'
import { Keys } from '../../gateway/access/keys.ts'
import { Sessions } from '../../gateway/access/sessions.ts'
import { systemClock } from '../../node/clock.ts'
import { openHome, recall } from '../../node/home.ts'

/** Holds where the door is, or was when it was open last. */
export const URL_FILE = 'url'
/** Holds where people find it; nothing when that is the same. */
export const PUBLIC_URL_FILE = 'public-url'

export interface Desk extends Disposable {
  readonly keys: Keys
  readonly sessions: Sessions
  /** Where the door is; undefined when it was never open. */
  readonly url: string | undefined
  /** Where people find it. */
  readonly publicUrl: string | undefined
}

/**
 * Works while the observer runs, and while it does not.
 *
 * @throws PeerworkError `HOME_UNSAFE`, `STORE_FAILED`
 */
export function openDesk(dir: string): Desk {
  openHome(dir)
  const db = openAccess(dir)
  const audit = new Audit(db, systemClock.now)
  const url = recall(dir, URL_FILE)
  return {
    keys: new Keys(db, systemClock, audit),
    sessions: new Sessions(db, systemClock, audit),
    ...{ url, publicUrl: recall(dir, PUBLIC_URL_FILE) || url },
    [Symbol.dispose]: () => db.close()
  }
}

/** Who did it, for the audit log: whoever can write the directory is its owner. */
export const OWNER = 'owner'
