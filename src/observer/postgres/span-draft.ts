/** One span of one producer while parts are merged into it. */

import { mergeAttributes, mergeSpan } from '../merge.ts'
import type { SpanPart } from '../model.ts'
import { packAttributes, unpackAttributes } from './attributes.ts'

/** What a row takes beside its texts, bytes: its head, its keys, and their entries in indexes. */
export const ROW_BYTES = 300

const WORDS = [
  ...(['name', 'agent', 'skill', 'model', 'tool', 'conversation', 'service'] as const),
  ...(['provider', 'error'] as const)
]

/** As the table has it. */
export interface SpanRow {
  readonly part: SpanPart
  readonly attributes: Uint8Array | null
}

export class SpanDraft {
  readonly source: string
  readonly before: SpanPart | undefined
  now: SpanPart
  attributes: Uint8Array | null
  changed = false
  readonly #bytes: number

  constructor(source: string, row: SpanRow | undefined, first: SpanPart) {
    this.source = source
    this.before = row?.part
    this.now = row?.part ?? first
    this.attributes = row?.attributes ?? null
    this.#bytes = row === undefined ? 0 : this.#size()
  }

  /** @returns whether that was news, and whether there are new words to find it by */
  add({ attributes, ...said }: SpanPart): { news: boolean; words: boolean } {
    const isFirst = this.before === undefined && !this.changed
    const now = isFirst ? said : mergeSpan(this.now, said)
    const more = attributes !== undefined && this.#addAttributes(attributes)
    const news = isFirst || now !== this.now || more
    // What lost against another word is found by its own all the same.
    const words =
      news || WORDS.some((field) => said[field] !== undefined && said[field] !== now[field])
    this.now = now
    this.changed ||= news
    return { news, words }
  }

  #addAttributes(said: NonNullable<SpanPart['attributes']>): boolean {
    const old = this.attributes === null ? undefined : unpackAttributes(this.attributes)
    const all = old === undefined ? said : mergeAttributes(old, said)
    if (all === old) return false
    this.attributes = packAttributes(all)
    return true
  }

  /** Bytes more than before. */
  get grown(): number {
    return this.#size() - this.#bytes
  }

  #size(): number {
    return ROW_BYTES + JSON.stringify(this.now).length + (this.attributes?.length ?? 0)
  }
}
