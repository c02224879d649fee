/**
 * Spans to another backend over OTLP/HTTP: one request, and what its answer means.
 *
 * https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
 */

import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { post } from '../post.ts'
import type { StoredSpan } from '../store.ts'
import { toOtlp } from './otlp.ts'
import type { ExportTarget } from './target.ts'

const compress = promisify(gzip)

/**
 * `taken`, with how many it refused for good; `again`: later, as it is; `never`: not these spans,
 * though perhaps each half of them.
 */
export type Verdict =
  | { readonly kind: 'taken'; readonly rejected: number }
  | { readonly kind: 'again'; readonly why: string; readonly waitMs: number }
  | { readonly kind: 'never'; readonly why: string }

/**
 * Refusals of what was sent: it would be the same again. Others are of the address, the key or the
 * moment; an operator mends those, and then nothing is to be missing.
 */
const OF_THE_SPANS = new Set([400, 413, 415, 422])
/** Of these, those with which a backend answers that does not unpack. */
const PERHAPS_PACKED = new Set([400, 415])

export class Sender {
  readonly #target: ExportTarget
  #packs: boolean
  /** Whether a packed request was ever taken. */
  #unpacks = false

  constructor(target: ExportTarget) {
    this.#target = target
    this.#packs = target.compression !== 'none'
  }

  get packs(): boolean {
    return this.#packs
  }

  /** @throws what the network says */
  async send(spans: readonly StoredSpan[], signal: AbortSignal): Promise<Verdict> {
    const json = JSON.stringify(toOtlp(spans))
    if (!this.#packs) return verdictOf(await this.#post(json, {}, signal), spans.length)
    const packed = await this.#post(await compress(json), { 'content-encoding': 'gzip' }, signal)
    const verdict = verdictOf(packed, spans.length)
    if (verdict.kind === 'taken') this.#unpacks = true
    if (this.#unpacks || !PERHAPS_PACKED.has(packed.status)) return verdict
    // Every OTLP server shall unpack; some do not, and say that what they got is no JSON.
    const plain = verdictOf(await this.#post(json, {}, signal), spans.length)
    if (plain.kind === 'taken') this.#packs = false
    return plain
  }

  #post(
    body: Uint8Array | string,
    more: Readonly<Record<string, string>>,
    signal: AbortSignal
  ): ReturnType<typeof post> {
    const { url, headers } = this.#target
    const own = { 'content-type': 'application/json', ...more }
    return post({ url, headers: { ...headers, ...own }, body, signal })
  }
}

function verdictOf(answer: Awaited<ReturnType<typeof post>>, count: number): Verdict {
  const { status, text, retryAfterMs = 0 } = answer
  if (status >= 200 && status < 300) {
    return { kind: 'taken', rejected: Math.min(count, rejectedIn(text)) }
  }
  const why = `it answered ${status}`
  return OF_THE_SPANS.has(status)
    ? { kind: 'never', why }
    : { kind: 'again', why, waitMs: retryAfterMs }
}

/** `partialSuccess` of an answer in JSON; one in protobuf has none worth reading. */
function rejectedIn(text: string): number {
  try {
    const { partialSuccess } = JSON.parse(text) as { partialSuccess?: { rejectedSpans?: unknown } }
    const count = Number(partialSuccess?.rejectedSpans ?? 0)
    return Number.isSafeInteger(count) && count > 0 ? count : 0
  } catch {
    return 0
  }
}
