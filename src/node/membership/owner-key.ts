/**
 * The owner's key: what a network goes back to. It lies apart from every agent's home, under
 * `<configuration directory>/owners/<name>.key`, and may be carried away once admins exist.
 */

import { homedir } from 'node:os'
import { join } from 'node:path'
import { PeerworkError } from '../../protocol/errors.ts'
import type { Secret } from '../key-file.ts'

type Env = Readonly<Record<string, string | undefined>>

/** `$XDG_CONFIG_HOME/peerwork`, default `~/.config/peerwork`. */
export function configDirFor(env: Env): string {
  const config = env['XDG_CONFIG_HOME']
  const base = config !== undefined && config !== '' ? config : join(homedir(), '.config')
  return join(base, 'peerwork')
}

/** Where the owner's key of a network lies, by the name that people see. */
export function ownerKeyPath(configDir: string, name: string): string {
  return join(configDir, 'owners', `${name}.key`)
}

/** @throws PeerworkError `OWNER_KEY_NEEDED` when there is none or it is another network's */
export function openOwnerKey(init: {
  readonly configDir: string
  readonly name: string
  readonly passphrase?: string
}): Secret {
  throw new PeerworkError('INTERNAL', `not built yet: ${init.name}`)
}
