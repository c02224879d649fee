/**
 * What this agent went through with each peer: how often work was done, and how often it was not.
 *
 * Only its own experience, never anybody's word, and told to nobody: so there is nothing to gain by
 * praising oneself. Everything counts half after a half-life, so a bad day is forgotten.
 */

import type { ErrorCode } from '../../protocol/errors.ts'
import { isClosed } from './failover.ts'

/** After this an experience counts half, ms: a peer that was repaired gets work again soon. */
export const HALF_LIFE_MS = 30 * 60_000
/** Peers remembered, count: the one longest without news goes first. At some 150 bytes each. */
export const REMEMBERED_MAX = 512

/** How a task at a peer went, as far as the peer had a part in it. */
export const ENDINGS = ['done', 'late', 'busy', 'lost', 'failed', 'false', 'undone'] as const
export type Ending = (typeof ENDINGS)[number]

/** How much each speaks against a peer, in failures. */
const TROUBLE: Readonly<Record<Ending, number>> = {
  done: 0,
  /** Not accepted, or not done, in time. */
  late: 1,
  /** Full, or going: that its load tells already. */
  busy: 0.25,
  /** Gone in the middle. */
  lost: 1,
  /** A fault of its own: its skill's process crashed, its disk is full. */
  failed: 1,
  /** It signed what is not true, or broke the protocol. */
  false: 5,
  /**
   * It said that it lies in the work. Nobody knows; but who fails at once is always idle, and would
   * draw all the work to it.
   */
  undone: 0.25
}

type Sums = Record<Ending, number>
interface Memory {
  /** When the sums were last right, ms since 1970. */
  at: number
  readonly sums: Sums
}

export interface Standing {
  /** 1: no trouble, or nothing known. Towards 0: nothing but trouble. */
  readonly standing: number
  readonly done: number
  /** In failures. */
  readonly trouble: number
}

export const UNKNOWN: Standing = { standing: 1, done: 0, trouble: 0 }

export class History {
  readonly #known = new Map<string, Memory>()
  readonly #now: () => number
  #changes = 0

  /** @param now ms since 1970, because it is kept over restarts */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Counts up with every experience. */
  get changes(): number {
    return this.#changes
  }

  note(peer: string, ending: Ending): void {
    const now = this.#now()
    const memory = this.#known.get(peer) ?? { at: now, sums: noSums() }
    fade(memory, now)
    memory.sums[ending]++
    this.#known.delete(peer)
    this.#known.set(peer, memory)
    this.#changes++
    if (this.#known.size <= REMEMBERED_MAX) return
    const [oldest = ''] = this.#known.keys()
    this.#known.delete(oldest)
  }

  of(peer: string): Standing {
    const memory = this.#known.get(peer)
    if (memory === undefined) return UNKNOWN
    const left = fading(this.#now() - memory.at)
    const { sums } = memory
    let trouble = 0
    for (const ending of ENDINGS) trouble += sums[ending] * TROUBLE[ending]
    trouble *= left
    const done = sums.done * left
    return { standing: 1 - trouble / (done + trouble + 1), done, trouble }
  }

  /** As JSON, for the home. */
  save(): string {
    const peers = [...this.#known].map(([peer, { at, sums }]) => {
      return [peer, at, ...ENDINGS.map((ending) => Math.round(sums[ending] * 100) / 100)]
    })
    return JSON.stringify({ v: 1, peers })
  }

  /** What a file says; anything else than what `save` writes is left out. */
  load(text: string): void {
    for (const row of rowsOf(text)) {
      const [peer, at, ...numbers] = row
      if (typeof peer !== 'string' || typeof at !== 'number' || at > this.#now()) continue
      const sums = noSums()
      for (const [index, ending] of ENDINGS.entries()) {
        const sum = numbers[index]
        if (typeof sum === 'number' && Number.isFinite(sum) && sum > 0) sums[ending] = sum
      }
      if (this.#known.size < REMEMBERED_MAX) this.#known.set(peer, { at, sums })
    }
  }
}

function rowsOf(text: string): unknown[][] {
  try {
    const { v, peers } = JSON.parse(text) as { v?: unknown; peers?: unknown }
    return v === 1 && Array.isArray(peers) ? peers.filter(Array.isArray) : []
  } catch {
    return []
  }
}

function fade(memory: Memory, now: number): void {
  const left = fading(now - memory.at)
  for (const ending of ENDINGS) memory.sums[ending] *= left
  memory.at = now
}

/** What is left of an experience. A clock that was set back makes nothing younger. */
const fading = (ms: number): number => 2 ** (-Math.max(0, ms) / HALF_LIFE_MS)

const noSums = (): Sums => ({ done: 0, late: 0, busy: 0, lost: 0, failed: 0, false: 0, undone: 0 })

const MEANING: Partial<Record<ErrorCode, Ending>> = {
  DEADLINE_EXCEEDED: 'late',
  BUSY: 'busy',
  QUOTA_EXCEEDED: 'busy',
  SHUTTING_DOWN: 'busy',
  PEER_LOST: 'lost',
  DIAL_FAILED: 'lost',
  SKILL_CRASHED: 'failed',
  OUT_OF_MEMORY: 'failed',
  STORE_FAILED: 'failed',
  INTERRUPTED: 'failed',
  INTERNAL: 'failed',
  SIGNATURE_INVALID: 'false',
  RESULT_MISMATCH: 'false',
  OUTPUT_INVALID: 'false',
  MALFORMED: 'false',
  WRONG_KIND: 'false',
  TOO_LARGE: 'false'
}

/** Who does not work for us is left alone for a while; the rest is of the way there. */
const INNOCENT: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['LOOP', 'RELAY_LIMIT'])

/** What an error says of the peer that the task was sent to; undefined when that is nothing. */
export const endingOf = (code: ErrorCode): Ending | undefined =>
  MEANING[code] ?? (INNOCENT.has(code) || isClosed(code) ? undefined : 'undone')
