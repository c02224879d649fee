/** Asking several addresses for a certificate, staggered: the first that gives one is enough. */

import { setTimeout as sleep } from 'node:timers/promises'
import { toPeerworkError, PeerworkError } from '../../protocol/errors.ts'
import type { Credential } from '../../protocol/membership/credential.ts'
import type { Verdict } from '../../protocol/membership/handshake.ts'

/** Addresses that are tried for one link, count: those in it, and some that its admins name. */
export const ADDRESSES_MAX = 16
/**
 * How long an address is waited for before the next one is asked beside it, ms: whoever answers at
 * all has mostly answered by then (RFC 8305, Happy Eyeballs).
 */
const STAGGER_MS = 250

export interface Round {
  readonly ask: (address: string, signal: AbortSignal) => Promise<Verdict>
  /** Whether a certificate is worth anything. @throws PeerworkError why not */
  readonly check: (credential: Credential) => void
  /** This address is being asked now. */
  readonly asked?: ((address: string) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export interface Found {
  readonly credential: Credential
  /** Where it came from, then the others. */
  readonly addresses: string[]
}

/**
 * Whoever refuses may know less than the next one, so all are asked before that is the answer.
 *
 * @throws PeerworkError the refusal, or `NO_ADMIN` when nobody answers
 */
export async function askAround(given: readonly string[], round: Round): Promise<Found> {
  const enough = new AbortController()
  const { signal } = round
  const until = signal === undefined ? enough.signal : AbortSignal.any([signal, enough.signal])
  const heard: Heard = { addresses: [...given], found: undefined, refusal: undefined, silent: [] }
  const running = new Set<Promise<void>>()
  try {
    for (let at = 0; heard.found === undefined;) {
      signal?.throwIfAborted()
      const address = at < ADDRESSES_MAX ? heard.addresses[at++] : undefined
      if (address !== undefined) {
        const asking = askOne(address, heard, { ...round, signal: until })
        running.add(asking)
        void asking.then(() => running.delete(asking))
        await Promise.race([...running, sleep(STAGGER_MS, undefined, { signal: until })])
      } else if (running.size > 0) await Promise.race(running)
      else throw failure(heard)
    }
    return heard.found
  } finally {
    enough.abort()
    await Promise.all(running)
  }
}

interface Heard {
  /** Grows by those that are named on the way. */
  readonly addresses: string[]
  found: Found | undefined
  refusal: PeerworkError | undefined
  readonly silent: string[]
}

/** Never throws. */
async function askOne(
  address: string,
  heard: Heard,
  { ask, check, asked, signal }: Round & { readonly signal: AbortSignal }
): Promise<void> {
  asked?.(address)
  const { addresses, silent } = heard
  try {
    const { credential, addresses: more = [] } = await ask(address, signal)
    for (const other of more) if (!addresses.includes(other)) addresses.push(other)
    if (credential === undefined || heard.found !== undefined) return
    check(credential)
    const known = [address, ...addresses.filter((other) => other !== address)]
    heard.found = { credential, addresses: known.slice(0, ADDRESSES_MAX) }
  } catch (thrown) {
    const error = toPeerworkError(thrown)
    if (error.code === 'DIAL_FAILED') silent.push(error.message)
    else if (heard.refusal === undefined || heard.refusal.code === 'NO_ADMIN') heard.refusal = error
  }
}

function failure({ refusal, silent }: Heard): PeerworkError {
  if (refusal !== undefined) return refusal
  const text = `no admin answers: ${silent.join('; ')}`.slice(0, 600)
  return new PeerworkError('NO_ADMIN', text, { asked: silent.length })
}
