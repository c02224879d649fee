/** Fresh homes with keys of their own, made before anybody starts, so that ids can be allowed. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/node/clock.ts'
import { openHome } from '../../src/node/home.ts'
import { openKey } from '../../src/node/key-file.ts'
import type { Role } from './messages.ts'

export interface Homes extends Disposable {
  readonly of: Readonly<Record<Role, string>>
  readonly ids: Readonly<Record<Role, string>>
  /** Of an observer that has no part in the play, and makes it itself. */
  readonly outside: string
}

/** What `peerwork up` does at its first start, for all three. */
export function makeHomes(): Homes {
  const base = mkdtempSync(join(tmpdir(), 'peerwork-demo-'))
  const home = (role: Role): string => openHome(join(base, role))
  const of = { observer: home('observer'), alice: home('alice'), bob: home('bob') }
  const id = (role: Role): string => openKey(of[role], systemClock).identity.id
  return {
    of,
    ids: { observer: id('observer'), alice: id('alice'), bob: id('bob') },
    outside: join(base, 'outside'),
    [Symbol.dispose]: () => rmSync(base, { recursive: true, force: true })
  }
}
