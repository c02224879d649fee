/**
 * Performing: an opened, admitted task that was not seen before, from the journal to its result.
 *
 * The task is noted before the workshop gets it, so that it runs at most once whatever happens; a
 * task the workshop refuses is taken out of the journal again.
 */

import { sameBytes } from '../protocol/canonical.ts'
import { encodeJson } from '../protocol/json.ts'
import type { JsonObject } from '../protocol/json.ts'
import { PeerworkError } from '../protocol/errors.ts'
import { NO_USAGE } from '../protocol/message/result.ts'
import type { Hop, Task } from '../protocol/message/task.ts'
import type { Sealed } from '../protocol/seal.ts'
import type { SharedFields, TracePort } from '../protocol/trace.ts'
import type { HandedOn, HandOn, Outcome, Work, Workshop } from '../tasks/work.ts'
import { outputOf, resultOf } from './answer.ts'
import { below } from './loop.ts'
import type { Clock } from './clock.ts'
import type { Contents } from './content/contents.ts'
import { tellState } from './content/state-changes.ts'
import type { Counters } from './counters.ts'
import { nameOf } from './journal-entry.ts'
import type { Entry } from './journal-entry.ts'
import type { Journal } from './journal.ts'
import type { Logger } from './logger.ts'
import type { Quotas } from './quotas.ts'
import { RunningTask } from './running.ts'
import type { Waiter } from './running.ts'
import type { Sealer } from './sealer.ts'
import type { TaskTable } from './task-table.ts'
import { createTeller, stateChanged } from './told.ts'

export interface PerformerOptions {
  readonly sealer: Sealer
  readonly clock: Clock
  readonly journal: Journal
  readonly workshop: Workshop
  readonly trace: TracePort
  readonly table: TaskTable
  readonly log: Logger
  readonly counters: Pick<Counters, 'count'>
  readonly quotas: Pick<Quotas, 'shareOf'>
  /** Undefined: contents are not told. */
  readonly contents?: Contents | undefined
  /** A running task hands a part of its work to another agent. */
  readonly handOn: (parent: Parent, request: HandOn) => Promise<HandedOn>
}

/** A task of which a part is handed on. */
export interface Parent {
  readonly fields: SharedFields
  /** The tasks above the part, this one included. */
  readonly path: readonly Hop[]
}

export class Performer {
  readonly #options: PerformerOptions
  readonly #running = new Map<string, RunningTask>()

  constructor(options: PerformerOptions) {
    this.#options = options
  }

  /** Tasks that run, count. */
  get size(): number {
    return this.#running.size
  }

  /**
   * The same work, when it runs already.
   *
   * @throws PeerworkError `REPLAYED` when other work runs under the same key
   */
  twin(entry: Entry): RunningTask | undefined {
    const running = this.#running.get(nameOf(entry))
    if (running === undefined || sameBytes(running.entry.work, entry.work)) return running
    throw new PeerworkError('REPLAYED', 'this key is used for other work right now')
  }

  /**
   * Begin the work.
   *
   * @returns resolves when the work is over; never rejects
   * @param attach called between acceptance and start, so that whoever waits hears of both in order
   * @throws PeerworkError what the workshop refuses with, or `STORE_FAILED`
   */
  begin(job: Job, attach: (running: RunningTask, ahead: number) => void): Promise<void> {
    const { task, entry, fields } = job
    const { table, trace, clock } = this.#options
    const { task: id } = fields
    const running = new RunningTask(task, entry, id)
    const started = clock.now()
    const hold = new Hold()
    const { ahead, outcome } = this.#take(running, job, hold)
    // From here on the same work attaches to this one.
    this.#running.set(nameOf(entry), running)
    const { skill, from: peer } = task.body
    running.row = table.open({ id, skill, trace: fields.trace, side: 'executor', peer })
    attach(running, ahead)
    trace.emit({ type: 'task.accepted', ahead }, fields)
    this.#options.contents?.tell(trace, fields, 'input', job.input)
    hold.release()
    const finish = (end: Outcome): Promise<void> => this.#finish(running, job, started, end)
    return outcome.then(finish).catch((error: unknown) => this.#faulted(running, error, finish))
  }

  /** Note it, then hand it to the workshop: all in one turn, so that no twin comes between. */
  #take(running: RunningTask, job: Job, hold: Hold): ReturnType<Workshop['take']> {
    const { journal, workshop } = this.#options
    const { entry } = job
    journal.begin(entry)
    try {
      return workshop.take(this.#work(running, job, hold))
    } catch (error) {
      journal.forget(entry)
      throw error
    }
  }

  #work(running: RunningTask, { fields, input, state }: Job, hold: Hold): Work {
    const { trace, table, handOn, counters, quotas, clock, contents } = this.#options
    const { random } = clock
    const { id, signal } = running
    const { from, skill, budget, priority, trace: traceparent } = running.task.body
    const share = quotas.shareOf(from)
    const work = { id, from, skill, input, budget, priority, share, traceparent, signal }
    return {
      ...(state === undefined ? work : { ...work, state }),
      contents: contents !== undefined,
      on: {
        started: (info) =>
          hold.run(() => {
            counters.count('tasks_begun')
            counters.count('queue_wait_seconds', NONE, info.waitedMs / 1_000)
            table.update(running.row, { state: 'working' })
            trace.emit({ type: 'task.started', ...info }, fields)
          }),
        tell: createTeller(trace, fields, { random, contents }),
        progress(body) {
          trace.emit({ type: 'task.progress', ...body }, fields)
          for (const waiter of running.waiters) waiter.progress(body)
        },
        chunk(bytes) {
          if (running.chunkCount === 0) trace.emit({ type: 'task.streaming' }, fields)
          return running.chunk(bytes)
        },
        handOn: (request) => handOn({ fields, path: below(running.task.body) }, request)
      }
    }
  }

  /** The work is over: seal, journal, send, tell. */
  async #finish(
    running: RunningTask,
    { fields, state }: Job,
    started: number,
    outcome: Outcome
  ): Promise<void> {
    const { sealer, clock, journal, table } = this.#options
    // Not waited for: a requester that reads slowly, or never, must not hold back the journal.
    if (running.chunkCount > 0) void running.endChunks()
    running.over()
    const facts = { started, now: clock.now(), chunks: running.chunks }
    const output = outputOf(outcome)
    const changes = outcome.patch ?? []
    const patch = changes.length === 0 ? null : encodeJson(changes)
    const result = await sealer.seal('result', resultOf(running.task, outcome, { ...facts, patch }))
    // Who hung up while it waited for its signature has set the clock for being alone again.
    running.over()
    // In the same turn as the sending, and before it: an output that finds no room to be sent now
    // is read from the journal later.
    journal.finish(running.entry, { result: result.bytes, output, patch })
    this.#running.delete(nameOf(running.entry))
    this.#give(running, (waiter) => waiter.result(result, { output, patch }))
    table.close(running.row, outcome.status, 'error' in outcome ? outcome.error.code : null)
    const { contents, trace } = this.#options
    if (changes.length > 0) trace.emit(stateChanged(fields, changes))
    if (contents !== undefined && patch !== null) {
      tellState(trace, fields, { contents, state, changes })
    }
    if (output !== null) contents?.tell(trace, fields, 'output', output)
    this.#tell(outcome, fields, facts.chunks)
  }

  /** What goes wrong for one who waits must not take the answer from the others. */
  #give(running: RunningTask, give: (waiter: Waiter) => void): void {
    for (const waiter of running.waiters) {
      try {
        give(waiter)
      } catch (error) {
        this.#options.log.error({ task: running.id, err: error }, 'an answer could not be given')
      }
    }
  }

  /** A fault of ours in the last step: the work has ended all the same, and failed. */
  async #faulted(
    running: RunningTask,
    error: unknown,
    finish: (outcome: Outcome) => Promise<void>
  ): Promise<void> {
    const { log, table, trace, workshop } = this.#options
    log.error({ task: running.id, err: error }, 'a result could not be given')
    trace.emit({ type: 'error', code: 'INTERNAL', message: 'a result could not be given' })
    const key = nameOf(running.entry)
    // Signed and sent already: then there is nothing to take back.
    if (this.#running.get(key) !== running) return
    const { code, message } = FAULT
    const { isolation } = workshop
    try {
      await finish({ status: 'failed', error: { code, message }, usage: NO_USAGE, isolation })
    } catch (again) {
      log.error({ task: running.id, err: again }, 'nor could its failure')
      running.over()
      this.#running.delete(key)
      table.close(running.row, 'failed', code)
      this.#give(running, (waiter) => waiter.failed(FAULT))
    }
  }

  #tell(outcome: Outcome, fields: SharedFields, chunks: RunningTask['chunks']): void {
    const { trace } = this.#options
    if (outcome.status === 'completed') {
      const { wallMs, cpuMs, tokens, cost } = outcome.usage
      const bytes = outcome.output.length + chunks.bytes
      const { traced } = outcome
      const told = traced && { toldTokens: traced.tokens, toldCost: traced.cost }
      const used = { wallMs, cpuMs, tokens, cost, bytes, chunks: chunks.count, ...told }
      trace.emit({ type: 'task.completed', ...used }, fields)
    } else if (outcome.status === 'canceled') {
      const reason = outcome.error.message.slice(0, 200)
      trace.emit({ type: 'task.canceled', reason }, fields)
    } else {
      const { code, message } = outcome.error
      trace.emit({ type: 'task.failed', code, message }, fields)
    }
  }
}

const NONE = {}
const FAULT = new PeerworkError(
  'INTERNAL',
  'the agent that was asked has a fault of its own; its log says more'
)

export interface Job {
  readonly task: Sealed<Task>
  readonly entry: Entry
  readonly fields: SharedFields
  readonly input: Uint8Array
  readonly state: JsonObject | undefined
}

/** Work may start while it is still being taken; what it tells then waits for `accepted`. */
class Hold {
  #held: (() => void)[] | undefined = []

  run(step: () => void): void {
    if (this.#held === undefined) step()
    else this.#held.push(step)
  }

  release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const step of held) step()
  }
}
