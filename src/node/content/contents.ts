/**
 * What an agent tells of contents, when its operator wants it to: redacted, then encrypted with a
 * key of the trace. Keys are in memory only, and handed to those observers whom the operator named.
 */

import { toHex } from '../../protocol/canonical.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import { encodeJson, parseJson } from '../../protocol/json.ts'
import type { TracePort, WorkFields } from '../../protocol/trace.ts'
import { CONTENT_BYTES_MAX, CONTENT_KEY_BYTES, sealContent } from '../../protocol/trace-content.ts'
import type { ContentPlace } from '../../protocol/trace-content.ts'
import type { Clock } from '../clock.ts'
import { redact } from './redact.ts'
import type { MoreRules } from './redact.ts'

/** Traces whose keys are kept, count: the oldest go, and their contents with them. */
const KEYS_MAX = 1_000

export interface ContentsOptions {
  /** Ids of those who may read. */
  readonly observers: readonly string[]
  readonly rules?: MoreRules | undefined
  readonly random: Clock['random']
}

export class Contents {
  readonly #options: ContentsOptions
  readonly #observers: ReadonlySet<string>
  /** By trace, the oldest first. */
  readonly #keys = new Map<string, Uint8Array>()
  /** Traces that were dropped: what comes later of them is not told either. */
  readonly #dropped = new Set<string>()

  constructor(options: ContentsOptions) {
    this.#options = options
    this.#observers = new Set(options.observers)
  }

  /**
   * Tell a content. What is too large, or what the rules take too long for, is not told at all.
   *
   * @param json UTF-8
   */
  tell(trace: TracePort, fields: WorkFields, of: ContentPlace['of'], json: Uint8Array): void {
    if (this.#dropped.has(fields.trace)) return
    const value = json.length
    const left = {
      guard: 'trace.content',
      limit: CONTENT_BYTES_MAX,
      value,
      action: 'warned'
    } as const
    const leave = (reason: string): void =>
      trace.emit({ type: 'guard.tripped', ...fields, ...left, reason })
    if (value > CONTENT_BYTES_MAX) return leave(`the ${of} is too large to be told`)
    const { rules, random } = this.#options
    let told: Uint8Array
    try {
      told = encodeJson(redact(parseJson(json), rules))
    } catch {
      return leave(`the ${of} could not be redacted in time`)
    }
    // Redacting can make it longer, word by word.
    if (told.length > CONTENT_BYTES_MAX) return leave(`the ${of} is too large to be told`)
    const place = { trace: fields.trace, span: fields.span, task: fields.task, of }
    for (const part of sealContent(this.#keyFor(fields.trace), place, told, random)) {
      trace.emit({ type: 'content.part', ...fields, of, ...part })
    }
  }

  /** @throws PeerworkError `ROLE_MISSING` for others than the named, `CONTENT_GONE` */
  keyOf(trace: Uint8Array, peer: string): Uint8Array {
    if (!this.#observers.has(peer)) {
      const text = 'this agent did not name you as a reader of its contents'
      throw new PeerworkError('ROLE_MISSING', text, { role: 'observe' })
    }
    const key = this.#keys.get(toHex(trace))
    if (key === undefined) throw new PeerworkError('CONTENT_GONE', 'there is no key of this trace')
    return key.slice()
  }

  /** Drop the key of a trace, or of all: nobody can ask for it any more. */
  forget(trace?: string): void {
    for (const one of trace === undefined ? [...this.#keys.keys()] : [trace]) this.#drop(one)
  }

  #keyFor(trace: string): Uint8Array {
    const known = this.#keys.get(trace)
    if (known !== undefined) return known
    const key = this.#options.random(CONTENT_KEY_BYTES)
    this.#keys.set(trace, key)
    const [oldest = ''] = this.#keys.keys()
    if (this.#keys.size > KEYS_MAX) this.#drop(oldest)
    return key
  }

  #drop(trace: string): void {
    this.#keys.get(trace)?.fill(0)
    this.#keys.delete(trace)
    this.#dropped.add(trace)
    const [oldest = ''] = this.#dropped
    if (this.#dropped.size > KEYS_MAX) this.#dropped.delete(oldest)
  }
}
