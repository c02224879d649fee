/**
 * A key that everybody of a network shares (libp2p specifications, pnet): who does not have it
 * cannot say a word to us, not even of which protocols we speak.
 *
 * It is one more wall before the handshake that proves who somebody is, and takes the place of
 * nothing: it cannot be taken back from one member alone. It protects TCP, the only transport here;
 * libp2p's others (QUIC) would go past it, so no address of theirs is accepted (`addresses.ts`).
 */

import { readFileSync, statSync } from 'node:fs'
import type { ConnectionProtector } from '@libp2p/interface'
import { preSharedKey } from '@libp2p/pnet'
import { PeerworkError } from '../../protocol/errors.ts'

const GROUP_AND_OTHERS = 0o077
/** The form that other libp2p programs use: two lines that say what it is, and 32 bytes in hex. */
const FORM = /^\/key\/swarm\/psk\/1\.0\.0\/\r?\n\/base16\/\r?\n([0-9a-f]{64})\s*$/i
/** Exchanging nonces, ms: one small packet each way. */
const NONCE_MS_MAX = 5_000

export type Protect = (components: never) => ConnectionProtector

/**
 * @throws PeerworkError `KEY_UNREADABLE` for what is no network key, `HOME_UNSAFE` when others can
 *   read it
 */
export function readNetworkKey(file: string): Protect {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const why = (error as Error).message
    throw new PeerworkError(
      'KEY_UNREADABLE',
      `cannot read the network key: ${why}`,
      { file },
      error
    )
  }
  const [, hex] = FORM.exec(text) ?? []
  if (hex === undefined) {
    const form = '/key/swarm/psk/1.0.0/, /base16/, and 64 hex digits, a line each'
    throw new PeerworkError('KEY_UNREADABLE', `${file} is no network key: ${form}`, { file })
  }
  const mode = statSync(file).mode & 0o777
  if (process.platform !== 'win32' && (mode & GROUP_AND_OTHERS) !== 0) {
    const octal = mode.toString(8)
    throw new PeerworkError('HOME_UNSAFE', `others can read ${file} (mode ${octal})`, { file })
  }
  const psk = Buffer.from(`/key/swarm/psk/1.0.0/\n/base16/\n${hex.toLowerCase()}\n`)
  return preSharedKey({ psk, timeout: NONCE_MS_MAX })
}
