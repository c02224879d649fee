/**
 * One task in one runner, from its start to its outcome.
 *
 * The agent decides how a task ends: the guest can answer, but a deadline, a cancellation or a
 * spent budget is decided here, told to the guest, and enforced by ending its process.
 */

import { CHUNK_BYTES_MAX, CHUNKS_TOTAL_BYTES_MAX, TEXT_BYTES_MAX } from '../protocol/constants.ts'
import type { ErrorRecord } from '../protocol/errors.ts'
import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import { parseJson } from '../protocol/json.ts'
import type { ProgressBody } from '../protocol/message/session.ts'
import { Account } from './account.ts'
import { createChunkFlow } from './chunk-flow.ts'
import type { ChunkFlow } from './chunk-flow.ts'
import type { TaskFetch, Watch } from './fetch-broker.ts'
import { createHandOns } from './hand-on.ts'
import type { HandOns } from './hand-on.ts'
import { checkPatch } from './json-patch.ts'
import { GRACE_MS, LOG_BYTES_MAX, PROGRESS_EVERY_MS } from './limits.ts'
import { partialFor } from './partial.ts'
import type { Reading } from './process-meter.ts'
import { createGate } from './progress-gate.ts'
import type { Gate } from './progress-gate.ts'
import { asCanceled, factsOf, recordOf, statusOf } from './refusal.ts'
import type { TaskMessage } from './sandbox-messages.ts'
import type { Sandbox, TaskPort } from './sandbox.ts'
import type { SchemaCheck } from './schema.ts'
import type { PatchOperation } from './skill.ts'
import { outOfTime, Telling } from './tell.ts'
import type { Outcome, Work, WorkLog } from './work.ts'

/** What a run needs beside the task and the sandbox. */
export interface Terms {
  readonly checkOutput: SchemaCheck
  /** Last moment of the task, by `elapsed`. */
  readonly deadline: number
  /** When it was accepted, by `elapsed`. */
  readonly accepted: number
  readonly fetch: (send: Sandbox['send'], watch: Watch) => TaskFetch
  readonly log: WorkLog
  readonly elapsed: () => number
}

/** A task that runs. */
export interface Running {
  /** Never rejects. */
  readonly outcome: Promise<Outcome>
  /** Ask it to end, and see to it that it does. */
  cancel(reason: unknown): void
}

/** Run the work in a sandbox that has room. Whoever calls watches the work's signal. */
export function run(work: Work, sandbox: Sandbox, terms: Terms): Running {
  return new Run(work, sandbox, terms)
}

class Run implements Running, TaskPort {
  readonly outcome: Promise<Outcome>
  readonly #work: Work
  readonly #sandbox: Sandbox
  readonly #terms: Terms
  readonly #started: number
  readonly #account: Account
  readonly #telling: Telling
  // Most tasks need none of these five.
  #flow: ChunkFlow | undefined
  #parts: HandOns | undefined
  #net: TaskFetch | undefined
  #progress: Gate<ProgressBody> | undefined
  #partial: Uint8Array | undefined
  readonly #settle: (outcome: Outcome) => void
  readonly #deadline: NodeJS.Timeout
  /** Why the task has to end, once that is decided. */
  #verdict: PeerworkError | undefined
  #grace: NodeJS.Timeout | undefined
  #over = false
  #logged = 0

  constructor(work: Work, sandbox: Sandbox, terms: Terms) {
    this.#work = work
    this.#sandbox = sandbox
    this.#terms = terms
    const { promise, resolve } = Promise.withResolvers<Outcome>()
    this.outcome = promise
    this.#settle = resolve
    this.#started = terms.elapsed()
    this.#account = new Account(work.budget, sandbox.readBefore())
    this.#telling = new Telling(work.on, this.#account, terms.elapsed, this.#started)
    const left = Math.max(0, terms.deadline - this.#started)
    this.#deadline = setTimeout(() => this.#late(), left)
    try {
      this.#begin()
    } catch (error) {
      this.#finish(toPeerworkError(error))
    }
  }

  cancel(reason: unknown): void {
    this.#stop(asCanceled(reason))
  }

  take(message: TaskMessage, payload: Uint8Array): void {
    if (this.#over) return
    if (message.type === 'done') return this.#done(payload, message.patch)
    if (message.type === 'failed') {
      if (message.retire) this.#sandbox.tired = true
      return this.#conclude(this.#failed(message.error))
    }
    // Also in its last moments: being stopped is when a skill thinks of it.
    if (message.type === 'partial') this.#partial = payload
    else if (this.#verdict === undefined || message.type === 'trace') this.#hear(message, payload)
  }

  measured(reading: Reading): void {
    this.#account.saw(reading)
    if (this.#account.cpuSpent) this.#stop(this.#account.exceeded('cpuMs'))
  }

  lost(error: PeerworkError): void {
    this.#finish(error)
  }

  #begin(): void {
    const work = this.#work
    const { isolation } = this.#sandbox
    work.on.started({ isolation, waitedMs: this.#started - this.#terms.accepted })
    this.#sandbox.attach(work.id, this)
    const { id: task, from, traceparent, state = null, contents = false } = work
    this.#sandbox.send({ type: 'run', task, from, traceparent, state, contents }, work.input)
  }

  #hear(message: TaskMessage, payload: Uint8Array): void {
    switch (message.type) {
      case 'chunk':
        return this.#chunk(payload)
      case 'progress': {
        const { fraction, message: text } = message
        const part = fraction === null ? {} : { fraction }
        const words = text === null ? {} : { message: shorten(text) }
        this.#progress ??= createGate(PROGRESS_EVERY_MS, (body) => this.#show(body))
        return this.#progress.push({ ...part, ...words })
      }
      case 'spend': {
        this.#account.spend(message)
        return this.#checkSpent()
      }
      case 'trace': {
        this.#telling.hear(message.told, payload)
        return this.#checkSpent()
      }
      case 'log':
        return this.#say(message.level, message.message)
      case 'hand-on':
        this.#parts ??= createHandOns({
          ...{ work: this.#work, terms: this.#terms },
          ...{ account: this.#account, sandbox: this.#sandbox },
          guard: (trip) => this.#telling.guard(trip),
          spent: () => this.#checkSpent()
        })
        return this.#parts.start(message, payload)
      case 'done':
      case 'failed':
      case 'partial':
        return
      default:
        this.#net ??= this.#terms.fetch(
          (words, bytes) => this.#sandbox.send(words, bytes),
          (host) => this.#telling.request(host)
        )
        return this.#net.take(message, payload)
    }
  }

  #checkSpent(): void {
    const what = this.#account.exhausted
    if (what !== undefined) this.#stop(this.#account.exceeded(what))
  }

  /** Called by a timer too, where nobody would catch. */
  #show(body: ProgressBody): void {
    if (this.#over) return
    try {
      this.#work.on.progress(body)
    } catch (error) {
      this.#stop(toPeerworkError(error))
    }
  }

  #chunk(bytes: Uint8Array): void {
    if (bytes.length > CHUNK_BYTES_MAX) throw new PeerworkError('TOO_LARGE', 'a chunk too large')
    this.#account.bytes += bytes.length
    if (this.#account.bytes > CHUNKS_TOTAL_BYTES_MAX) {
      const text = `more than ${CHUNKS_TOTAL_BYTES_MAX} bytes of chunks`
      return this.#stop(new PeerworkError('OUTPUT_TOO_LARGE', text))
    }
    if (this.#account.bytesSpent) return this.#stop(this.#account.exceeded('bytes'))
    this.#progress?.flush()
    this.#flow ??= createChunkFlow(
      this.#work,
      (count) => this.#credit(count),
      (error) => this.#stop(error)
    )
    this.#flow.push(bytes)
  }

  #credit(bytes: number): void {
    this.#sandbox.send({ type: 'credit', task: this.#work.id, bytes })
  }

  #say(level: 'debug' | 'info' | 'warn' | 'error', text: string): void {
    if (this.#logged > LOG_BYTES_MAX) return
    this.#logged += text.length
    const { id: task, skill } = this.#work
    const dropped = this.#logged > LOG_BYTES_MAX ? ' (the rest of its log is dropped)' : ''
    this.#terms.log[level]({ task, skill }, shorten(text) + dropped)
  }

  #done(output: Uint8Array, patch: readonly PatchOperation[] | null): void {
    if (this.#flow === undefined || this.#verdict !== undefined) return this.#judge(output, patch)
    this.#conclude(this.#flow.drained().then(() => this.#judge(output, patch)))
  }

  #judge(output: Uint8Array, patch: readonly PatchOperation[] | null): void {
    try {
      // A verdict can fall while chunks drain.
      if (this.#verdict !== undefined) return this.#finish(this.#verdict)
      this.#account.bytes += output.length
      if (this.#account.bytesSpent) throw this.#telling.because(this.#account.exceeded('bytes'))
      const fault = this.#terms.checkOutput(parseJson(output))
      if (fault !== undefined) throw new PeerworkError('OUTPUT_INVALID', `output ${fault}`)
      this.#progress?.flush()
      this.#finish(undefined, output, patch === null ? undefined : checkPatch(patch))
    } catch (error) {
      this.#finish(toPeerworkError(error, 'OUTPUT_INVALID'))
    }
  }

  async #failed(record: ErrorRecord): Promise<void> {
    await this.#flow?.drained().catch(() => undefined)
    this.#finish(new PeerworkError(record.code, shorten(record.message), factsOf(record)))
  }

  /** Whatever goes wrong while a task ends, it ends: nobody else would tell its requester. */
  #conclude(ending: Promise<void>): void {
    ending.catch((thrown: unknown) => {
      const error = toPeerworkError(thrown)
      this.#sandbox.kill(new PeerworkError('SKILL_CRASHED', error.message))
      this.#finish(error)
    })
  }

  #late(): void {
    const allowed = Math.round(this.#terms.deadline - this.#terms.accepted)
    // What ran into its deadline may hang on to something: the next task gets a fresh process.
    this.#sandbox.tired = true
    const took = this.#terms.elapsed() - this.#terms.accepted
    if (this.#verdict === undefined) this.#telling.guard(outOfTime(allowed, took))
    const whose = allowed < this.#work.budget.wallMs ? ', which is all the skill allows' : ''
    this.#stop(new PeerworkError('DEADLINE_EXCEEDED', `not done within ${allowed} ms${whose}`))
  }

  /** Ask the skill to stop, and end its process if it does not. */
  #stop(error: PeerworkError): void {
    if (this.#over || this.#verdict !== undefined) return
    this.#verdict = error
    this.#telling.because(error)
    this.#parts?.stop(error)
    this.#flow?.stop()
    const { code, message } = error
    this.#sandbox.send({ type: 'abort', task: this.#work.id, error: { code, message } })
    const why = new PeerworkError('SKILL_CRASHED', 'another task in its process had to be killed')
    this.#grace = setTimeout(() => this.#sandbox.kill(why), GRACE_MS)
  }

  #finish(error?: PeerworkError, output?: Uint8Array, patch?: readonly PatchOperation[]): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#deadline)
    clearTimeout(this.#grace)
    this.#account.saw(this.#sandbox.read())
    this.#sandbox.detach(this.#work.id)
    const ended = this.#verdict ?? error
    this.#net?.close()
    this.#parts?.stop(ended)
    const { isolation } = this.#sandbox
    const told = this.#account.told(this.#terms.elapsed() - this.#started)
    const { traced } = this.#account
    const facts = { ...told, isolation, ...(patch && { patch }), ...(traced && { traced }) }
    if (ended === undefined && output !== undefined) {
      return this.#settle({ status: 'completed', output, ...facts })
    }
    const why = ended ?? new PeerworkError('INTERNAL', 'a task ended without an outcome')
    const partial = partialFor(why, this.#partial, this.#account)
    const ending = { status: statusOf(why), error: recordOf(why), ...facts }
    this.#settle(partial === undefined ? ending : { ...ending, partial })
  }
}

const shorten = (text: string): string => text.slice(0, TEXT_BYTES_MAX / 4)
