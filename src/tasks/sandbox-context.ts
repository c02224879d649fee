/** `ctx`: what a skill may use of the outside world. Runs inside the sandbox. */

import { inspect } from 'node:util'
import { CHUNK_BYTES_MAX, OUTPUT_BYTES_MAX } from '../protocol/constants.ts'
import { fromRecord, PeerworkError } from '../protocol/errors.ts'
import type { JsonObject, JsonValue } from '../protocol/json.ts'
import { encodeJson, parseJson } from '../protocol/json.ts'
import { applyPatch, checkPatch, patchWork } from './json-patch.ts'
import { CHUNK_WINDOW_BYTES, CHUNKS_IN_FLIGHT_MAX, PROGRESS_EVERY_MS, SPENT_MAX } from './limits.ts'
import { createGate } from './progress-gate.ts'
import type { GuestFetch } from './sandbox-fetch.ts'
import { createTrace } from './sandbox-trace.ts'
import type { LogLevel, RunMessage, Send, ToRunner } from './sandbox-messages.ts'
import type { HandOnOptions, PatchOperation, SkillContext, SkillLog, SkillState } from './skill.ts'

interface Parts {
  readonly message: RunMessage
  readonly config: JsonValue
  readonly secrets: Readonly<Record<string, string>>
  readonly send: Send
  readonly abort: AbortController
  readonly net: GuestFetch
}

interface OwnContext {
  readonly context: SkillContext
  take(message: ToRunner, payload: Uint8Array): void
  /** Send what was held back. */
  flush(): void
  patch(): readonly PatchOperation[] | null
}

export function createContext(parts: Parts): OwnContext {
  const { message, config, secrets, send, abort, net } = parts
  const { task, from, traceparent } = message
  const emitter = createEmitter(task, send, abort.signal)
  const handed = createPartsOut(task, send, abort.signal)
  const state = createState(message.state ?? {})
  const gate = createGate<{ fraction: number | null; message: string | null }>(
    PROGRESS_EVERY_MS,
    (said) => send({ type: 'progress', task, ...said })
  )
  const context: SkillContext = {
    task: { id: task, from, traceparent },
    signal: abort.signal,
    config,
    secrets,
    progress: (first: number | string, second?: string) => gate.push(progressOf(first, second)),
    emit: (chunk) => emitter.emit(chunk),
    partial: (value) => send({ type: 'partial', task }, partialOf(value)),
    spend: (used) => send({ type: 'spend', task, ...amountsOf(used) }),
    trace: createTrace(task, send, () => performance.now(), message.contents),
    state: state.words,
    run: (skill, input, options) => handed.run(skill, input, options),
    fetch: net.fetch,
    log: createLog(task, send)
  }
  return {
    context,
    take(words, payload) {
      if (words.type === 'credit') emitter.credit(words.bytes)
      else if (words.type === 'handed-on') handed.settle(words, payload)
    },
    flush: () => gate.flush(),
    patch: state.patch
  }
}

/** Skills are not always type-checked, and the agent refuses what is no string. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : inspect(value))

function amountsOf(used: { tokens?: number; cost?: number }): { tokens: number; cost: number } {
  const tokens = Math.ceil(used.tokens ?? 0)
  const cost = used.cost ?? 0
  const fits = (amount: number): boolean => amount >= 0 && amount <= SPENT_MAX
  if (fits(tokens) && fits(cost)) return { tokens, cost }
  throw new TypeError(`ctx.spend takes amounts from 0 to ${SPENT_MAX}`)
}

function partialOf(value: JsonValue): Uint8Array {
  const bytes = encodeJson(value)
  if (bytes.length <= OUTPUT_BYTES_MAX) return bytes
  const text = `a partial output of ${bytes.length} bytes, at most ${OUTPUT_BYTES_MAX}`
  throw new PeerworkError('OUTPUT_TOO_LARGE', text, { bytes: bytes.length })
}

function progressOf(
  first: number | string,
  second: string | undefined
): { fraction: number | null; message: string | null } {
  if (typeof first === 'string') return { fraction: null, message: first }
  const fraction = Number.isFinite(first) ? Math.min(1, Math.max(0, first)) : null
  return { fraction, message: second === undefined ? null : textOf(second) }
}

function createLog(task: string, send: Send): SkillLog {
  const at = (level: LogLevel) => (message: string) =>
    send({ type: 'log', task, level, message: textOf(message) })
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

function createState(start: JsonObject): {
  words: SkillState
  patch: () => readonly PatchOperation[] | null
} {
  let now = start
  const done: PatchOperation[] = []
  const work = patchWork()
  return {
    words: {
      read: () => structuredClone(now),
      patch(operations) {
        // What is checked and applied is what will be sent: plain JSON, all or nothing.
        const plain = JSON.parse(JSON.stringify(operations)) as PatchOperation[]
        checkPatch([...done, ...plain])
        now = applyPatch(now, plain, work)
        done.push(...plain)
      }
    },
    patch: () => (done.length === 0 ? null : done)
  }
}

/** Streams chunks within a window, so that a slow reader slows the skill. */
function createEmitter(
  task: string,
  send: Send,
  signal: AbortSignal
): { emit: (chunk: JsonValue) => Promise<void>; credit: (bytes: number) => void } {
  let count = 0
  let bytes = 0
  const waiting: (() => void)[] = []
  const fits = (length: number): boolean =>
    count === 0 || (count < CHUNKS_IN_FLIGHT_MAX && bytes + length <= CHUNK_WINDOW_BYTES)
  let turn: Promise<void> = Promise.resolve()
  const one = async (chunk: Uint8Array): Promise<void> => {
    while (!fits(chunk.length)) {
      await new Promise<void>((resolve, reject) => {
        waiting.push(resolve)
        onAbort(signal, reject)
      })
    }
    signal.throwIfAborted()
    count++
    bytes += chunk.length
    send({ type: 'chunk', task }, chunk)
  }
  return {
    emit(value) {
      const chunk = encodeJson(value)
      if (chunk.length > CHUNK_BYTES_MAX) {
        const text = `a chunk of ${chunk.length} bytes, at most ${CHUNK_BYTES_MAX}`
        throw new PeerworkError('OUTPUT_TOO_LARGE', text, { bytes: chunk.length })
      }
      const mine = turn.then(() => one(chunk))
      turn = mine.catch(() => undefined)
      return mine
    },
    credit(taken) {
      count--
      bytes -= taken
      for (const resolve of waiting.splice(0)) resolve()
    }
  }
}

/** Parts handed on to peers, by call number. */
function createPartsOut(
  task: string,
  send: Send,
  signal: AbortSignal
): {
  run: (skill: string, input: JsonValue, options?: HandOnOptions) => Promise<JsonValue>
  settle: (message: Extract<ToRunner, { type: 'handed-on' }>, output: Uint8Array) => void
} {
  let calls = 0
  const open = new Map<number, PromiseWithResolvers<JsonValue>>()
  return {
    async run(skill, input, options = {}) {
      signal.throwIfAborted()
      const call = calls++
      const answer = Promise.withResolvers<JsonValue>()
      open.set(call, answer)
      onAbort(signal, answer.reject)
      const { to = null, deadlineMs = null, budget = null } = options
      const words = { type: 'hand-on', task, call, skill: textOf(skill) } as const
      send({ ...words, to, deadlineMs, budget }, encodeJson(input))
      return await answer.promise
    },
    settle({ call, error }, output) {
      const answer = open.get(call)
      open.delete(call)
      if (error !== null) return answer?.reject(fromRecord(error))
      try {
        answer?.resolve(parseJson(output))
      } catch (fault) {
        answer?.reject(fault)
      }
    }
  }
}

function onAbort(signal: AbortSignal, reject: (reason: unknown) => void): void {
  if (signal.aborted) reject(signal.reason)
  else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
}
