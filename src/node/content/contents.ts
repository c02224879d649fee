/**
 * What an agent tells of contents, when its operator wants it to: redacted, then encrypted with a
 * key of the trace. Keys are in memory only, and handed to those observers whom the operator named.
 */

import { toHex } from '../../protocol/canonical.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import { encodeJson, parseJson } from '../../protocol/json.ts'
import type { FactPort, WorkFields } from '../../protocol/trace.ts'
import { CONTENT_BYTES_MAX, sealContent } from '../../protocol/trace-content.ts'
import type { ContentPlace } from '../../protocol/trace-content.ts'
import type { Clock } from '../clock.ts'
import { KeyRing } from './key-ring.ts'
import { redact } from './redact.ts'
import type { MoreRules } from './redact.ts'

export interface ContentsOptions {
  /** Ids of those who may read. */
  readonly observers: readonly string[]
  readonly rules?: MoreRules | undefined
  readonly random: Clock['random']
}

/** `left`: too large, or its key was dropped. `slow`: it could not be redacted in time, or read. */
export type Telling = 'told' | 'left' | 'slow'

export class Contents {
  readonly #options: ContentsOptions
  readonly #observers: ReadonlySet<string>
  readonly #keys: KeyRing

  constructor(options: ContentsOptions) {
    this.#options = options
    this.#observers = new Set(options.observers)
    this.#keys = new KeyRing(options.random)
  }

  /**
   * Tell a content. What is too large, or what the rules take too long for, is not told at all.
   *
   * @param json UTF-8
   */
  tell(trace: FactPort, fields: WorkFields, of: ContentPlace['of'], json: Uint8Array): Telling {
    const key = this.#keys.keyFor(fields.trace, fields.peer)
    if (key === undefined) return 'left'
    const leave = (reason: string): void => {
      const bounds = { limit: CONTENT_BYTES_MAX, value: json.length, action: 'warned' } as const
      trace.emit({ type: 'guard.tripped', ...fields, guard: 'trace.content', ...bounds, reason })
    }
    const tooLarge = (bytes: number): boolean => bytes > CONTENT_BYTES_MAX
    if (tooLarge(json.length)) {
      leave(`the ${of} is too large to be told`)
      return 'left'
    }
    let told: Uint8Array
    try {
      told = encodeJson(redact(parseJson(json), this.#options.rules))
    } catch {
      leave(`the ${of} could not be redacted in time`)
      return 'slow'
    }
    // Redacting can make it longer, word by word.
    if (tooLarge(told.length)) {
      leave(`the ${of} is too large to be told`)
      return 'left'
    }
    const place = { trace: fields.trace, span: fields.span, task: fields.task, of }
    for (const part of sealContent(key, place, told, this.#options.random)) {
      trace.emit({ type: 'content.part', ...fields, of, ...part })
    }
    return 'told'
  }

  /** @throws PeerworkError `ROLE_MISSING` for others than the named, `CONTENT_GONE` */
  keyOf(trace: Uint8Array, peer: string): Uint8Array {
    if (!this.#observers.has(peer)) {
      const text = 'this agent did not name you as a reader of its contents'
      throw new PeerworkError('ROLE_MISSING', text, { role: 'observe' })
    }
    const key = this.#keys.keyOf(toHex(trace))
    if (key === undefined) throw new PeerworkError('CONTENT_GONE', 'there is no key of this trace')
    return key.slice()
  }

  /** Drop the key of a trace, or of all: nobody can ask for it any more. */
  forget(trace?: string): void {
    this.#keys.drop(trace)
  }
}
