/** Whether a home holds a membership: cheaper to ask than to look. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** The roster's file in a home. */
export const MEMBERS_FILE = 'members.db'

export const holdsMembership = (home: string): boolean => existsSync(join(home, MEMBERS_FILE))
