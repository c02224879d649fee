/**
 * The owner's key: what a network goes back to. It lies apart from every agent's home, under
 * `<configuration directory>/owners/<name>.key`, and may be carried away once admins exist.
 */

import { rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { PeerworkError } from '../../protocol/errors.ts'
import type { Clock } from '../clock.ts'
import { openHome } from '../home.ts'
import { makeKey, readKey } from '../key-file.ts'
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

export interface OwnerKey {
  readonly configDir: string
  /** What people call the network. */
  readonly name: string
  readonly passphrase?: string | undefined
}

/**
 * Make the key of a new network.
 *
 * @returns the key, and how to take it back when nothing comes of the network
 * @throws PeerworkError `BAD_OPTION` when there is one of that name, `HOME_UNSAFE`, `STORE_FAILED`
 */
export function makeOwnerKey(key: OwnerKey, clock: Clock): { secret: Secret; undo: () => void } {
  const { configDir, name, passphrase } = key
  const path = ownerKeyPath(configDir, name)
  openHome(join(configDir, 'owners'))
  const secret = makeKey(path, clock, passphrase)
  if (secret !== undefined) return { secret, undo: () => rmSync(path, { force: true }) }
  const text = `you own a network "${name}" already, its key is ${path}; choose another name`
  throw new PeerworkError('BAD_OPTION', text, { path })
}

/**
 * @param owner whose key it has to be
 * @throws PeerworkError `OWNER_KEY_NEEDED` when there is none or it is another network's,
 *   `PASSPHRASE_WRONG`, `HOME_UNSAFE`, `KEY_UNREADABLE`
 */
export function openOwnerKey({ configDir, name, passphrase }: OwnerKey, owner: string): Secret {
  const path = ownerKeyPath(configDir, name)
  const secret = readKey(path, passphrase)
  if (secret?.identity.id === owner) return secret
  const what = secret === undefined ? 'there is none' : 'what lies there is of another network'
  throw new PeerworkError('OWNER_KEY_NEEDED', `the key of "${name}" belongs at ${path}: ${what}`, {
    path
  })
}
