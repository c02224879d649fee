/**
 * The secret key on disk: a 32-byte Ed25519 seed in a file that only its owner can read.
 *
 * Plain form: `peerwork-key-1 <base64 seed>`. With a passphrase: `peerwork-key-1-scrypt <base64 of
 * salt (16) | nonce (12) | AES-256-GCM of the seed (32) | tag (16)>`, the header being additional
 * data. scrypt N=2^17, r=8, p=1 (OWASP password storage): 128 MiB, some 0.3 s, once a start.
 */

import { createCipheriv, createDecipheriv, scryptSync } from 'node:crypto'
import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { constants, linkSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import { identityFromSeed } from '../protocol/identity.ts'
import type { Identity } from '../protocol/identity.ts'
import type { Clock } from './clock.ts'

const SEED_BYTES = 32
const SALT_BYTES = 16
const NONCE_BYTES = 12
const TAG_BYTES = 16
const PLAIN = 'peerwork-key-1'
const LOCKED = 'peerwork-key-1-scrypt'
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 } as const
const GROUP_AND_OTHERS = 0o077
/** A home's key, and how keys that are still being written end. */
const KEY = 'key'
const DRAFT = /^[0-9a-f]+$/
/** Writing one takes milliseconds, also when scrypt is slow; ms. */
const DRAFT_MS_MAX = 60_000

export interface Secret {
  readonly identity: Identity
  /** Needed by the transport, which wants its own key object. */
  readonly seed: Uint8Array
}

/** An identity that lives as long as the process. */
export function ephemeralSecret(clock: Clock): Secret {
  return secretOf(clock.random(SEED_BYTES))
}

/**
 * Read the home's key, or make one: created exclusively, written whole before it gets its name.
 *
 * @throws PeerworkError `HOME_UNSAFE` when others can read it, `KEY_UNREADABLE` when it is damaged,
 *   `PASSPHRASE_WRONG` when it is locked, `STORE_FAILED` when it cannot be written.
 */
export function openKey(home: string, clock: Clock, passphrase?: string): Secret {
  const path = join(home, KEY)
  const known = readKey(path, passphrase) ?? makeKey(path, clock, passphrase)
  if (known !== undefined) return known
  const theirs = readKey(path, passphrase)
  if (theirs !== undefined) return theirs
  throw new PeerworkError('STORE_FAILED', `${path} came and went while it was made`, { path })
}

/**
 * Read a key; `undefined` when there is none.
 *
 * @throws PeerworkError `HOME_UNSAFE`, `KEY_UNREADABLE`, `PASSPHRASE_WRONG`
 */
export function readKey(path: string, passphrase?: string): Secret | undefined {
  const text = readText(path)
  return text === undefined ? undefined : secretOf(parse(text, path, passphrase))
}

/**
 * Make a key; `undefined` when one is there by then.
 *
 * @throws PeerworkError `STORE_FAILED` when it cannot be written
 */
export function makeKey(path: string, clock: Clock, passphrase?: string): Secret | undefined {
  const seed = clock.random(SEED_BYTES)
  removeStale(path, clock.now())
  return writeOnce(path, format(seed, clock, passphrase), clock) ? secretOf(seed) : undefined
}

/**
 * Put the home's next key, which lies ready at `next`, in the place of its key, in one step.
 *
 * @returns where the old one lies now @throws PeerworkError `STORE_FAILED`
 */
export function replaceKey(home: string, next: string, old: Secret): string {
  const path = join(home, KEY)
  const kept = join(home, `${KEY}-${old.identity.id.slice(-6)}.old`)
  try {
    rmSync(kept, { force: true })
    linkSync(path, kept)
    renameSync(next, path)
    return kept
  } catch (error) {
    throw toPeerworkError(error, 'STORE_FAILED')
  }
}

function secretOf(seed: Uint8Array): Secret {
  return { seed, identity: identityFromSeed(seed) }
}

function readText(path: string): string | undefined {
  let file: number
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new PeerworkError('KEY_UNREADABLE', `cannot open ${path}: ${(error as Error).message}`)
  }
  try {
    const { mode } = fstatSync(file)
    if (process.platform !== 'win32' && (mode & GROUP_AND_OTHERS) !== 0) {
      const octal = (mode & 0o777).toString(8)
      throw new PeerworkError('HOME_UNSAFE', `others can read ${path} (mode ${octal})`, { path })
    }
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}

/**
 * Write a new file under a name that nobody else uses, then link it to its own: all or nothing.
 *
 * @returns false when another process was faster @throws PeerworkError `STORE_FAILED`
 */
function writeOnce(path: string, text: string, clock: Clock): boolean {
  const draft = `${path}.${Buffer.from(clock.random(8)).toString('hex')}`
  try {
    const file = openSync(draft, 'wx', 0o600)
    try {
      writeSync(file, text)
      fsyncSync(file)
      return linked(draft, path)
    } finally {
      closeSync(file)
      rmSync(draft, { force: true })
    }
  } catch (error) {
    throw toPeerworkError(error, 'STORE_FAILED')
  }
}

function linked(draft: string, path: string): boolean {
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Drafts of processes that died while they wrote one. A younger one may still be in use. */
function removeStale(path: string, now: number): void {
  const folder = dirname(path)
  const key = `${basename(path)}.`
  try {
    for (const name of readdirSync(folder)) {
      if (!name.startsWith(key) || !DRAFT.test(name.slice(key.length))) continue
      const draft = join(folder, name)
      if (now - statSync(draft).mtimeMs < DRAFT_MS_MAX) continue
      rmSync(draft, { force: true })
    }
  } catch {
    // What is left lies there until the next time; it is in nobody's way.
  }
}

function format(seed: Uint8Array, clock: Clock, passphrase?: string): string {
  if (passphrase === undefined) return `${PLAIN} ${Buffer.from(seed).toString('base64')}\n`
  const salt = clock.random(SALT_BYTES)
  const nonce = clock.random(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', scryptSync(passphrase, salt, 32, SCRYPT), nonce)
  cipher.setAAD(Buffer.from(LOCKED))
  const body = Buffer.concat([
    salt,
    nonce,
    cipher.update(seed),
    cipher.final(),
    cipher.getAuthTag()
  ])
  return `${LOCKED} ${body.toString('base64')}\n`
}

function parse(text: string, path: string, passphrase?: string): Uint8Array {
  const [form, data = ''] = text.trim().split(' ')
  const bytes = Buffer.from(data, 'base64')
  if (form === PLAIN && bytes.length === SEED_BYTES) return new Uint8Array(bytes)
  if (form === LOCKED && bytes.length === SALT_BYTES + NONCE_BYTES + SEED_BYTES + TAG_BYTES) {
    if (passphrase === undefined) {
      throw new PeerworkError('PASSPHRASE_WRONG', `${path} is locked with a passphrase`, { path })
    }
    return unlock(bytes, passphrase, path)
  }
  throw new PeerworkError('KEY_UNREADABLE', `${path} is not a Peerwork key`, { path })
}

function unlock(bytes: Buffer, passphrase: string, path: string): Uint8Array {
  const salt = bytes.subarray(0, SALT_BYTES)
  const nonce = bytes.subarray(SALT_BYTES, SALT_BYTES + NONCE_BYTES)
  const body = bytes.subarray(SALT_BYTES + NONCE_BYTES, -TAG_BYTES)
  const key = scryptSync(passphrase, salt, 32, SCRYPT)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce)
  decipher.setAAD(Buffer.from(LOCKED))
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
  try {
    return new Uint8Array(Buffer.concat([decipher.update(body), decipher.final()]))
  } catch {
    throw new PeerworkError('PASSPHRASE_WRONG', `the passphrase does not open ${path}`, { path })
  }
}
