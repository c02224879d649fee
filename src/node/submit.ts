/**
 * Submitting: find a peer, follow the task there, and turn to the next peer when that one fails.
 *
 * A task is one signed request for each peer that gets it, all with the same id and key: so none
 * ever runs it twice, and what it used up counts against one budget, within one deadline.
 */

import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import type { SubmitOptions, TaskResult } from './api.ts'
import { choosePeer, pick } from './choose.ts'
import type { Choice } from './choose.ts'
import { Follower } from './follow.ts'
import type { FollowerOptions } from './follow.ts'
import type { Peers } from './peers.ts'
import { toRequest } from './request.ts'
import type { Inherited, Request } from './request.ts'
import { Acquaintances } from './routing/acquaintance.ts'
import type { Neighbourhood } from './routing/candidates.ts'
import { explain } from './routing/explain.ts'
import { acceptMsFor } from './routing/failover.ts'
import { hedged } from './routing/hedge.ts'
import type { Leg, Start } from './routing/hedge.ts'
import type { History } from './routing/history.ts'
import { Onward } from './routing/onward.ts'
import type { OnwardOptions } from './routing/onward.ts'
import type { RouteExplanation } from './routing/told.ts'
import { Trip } from './routing/trip.ts'
import { SkillChecks } from './skill-checks.ts'
import { TaskHandle } from './task-handle.ts'

/** Tasks of this agent that may be open at once, count: each holds its input in memory. */
const OPEN_MAX = 4_096

export interface SubmitterOptions extends FollowerOptions {
  readonly peers: Peers
  readonly history: History
  readonly whyAlone: () => string
  readonly seek?: Neighbourhood['seek']
  /** Dial a peer that was lost. */
  readonly connect: OnwardOptions['connect']
}

export class Submitter {
  readonly #options: SubmitterOptions
  readonly #open = new Map<string, TaskHandle>()
  readonly #acquaintances: Acquaintances
  readonly #follower: Follower
  readonly #around: Neighbourhood
  readonly #onward: Onward

  constructor(options: SubmitterOptions) {
    this.#options = options
    const { clock, identity, peers, whyAlone, history } = options
    const checks = new SkillChecks()
    const acquaintances = new Acquaintances(() => clock.elapsed())
    this.#acquaintances = acquaintances
    this.#follower = new Follower(options, { checks, acquaintances, history })
    const { busyAt, restsNow, rttOf } = acquaintances
    this.#around = {
      ...{ self: identity.id, peers, history, whyAlone, busyAt, restsNow, rttOf },
      ...{ now: clock.now, fault: checks.faultOf },
      ...(options.seek !== undefined && { seek: options.seek })
    }
    this.#onward = new Onward({ around: this.#around, clock, connect: options.connect })
    peers.events.listen(({ type, peer }) => {
      if (type === 'left') acquaintances.forget(peer.id)
    })
  }

  /** @throws PeerworkError for a request that no peer could take: `INPUT_INVALID`, `BAD_OPTION` */
  submit(
    what: { readonly skill: string; readonly input: unknown; readonly inherited?: Inherited },
    options: SubmitOptions = {}
  ): TaskHandle {
    const request = toRequest(what, options, this.#options.clock)
    if (this.#open.size >= OPEN_MAX) {
      throw new PeerworkError('BUSY', `${OPEN_MAX} tasks are open already`, { open: OPEN_MAX })
    }
    const handle = new TaskHandle(request.id)
    this.#open.set(request.id, handle)
    const { signal } = options
    if (signal === undefined) void this.#drive(request, handle)
    else {
      const onAbort = (): void => void handle.cancel(messageOf(signal.reason))
      if (signal.aborted) onAbort()
      else signal.addEventListener('abort', onAbort, { once: true })
      void this.#drive(request, handle).finally(() => signal.removeEventListener('abort', onAbort))
    }
    return handle
  }

  /** Tasks that are open, count. */
  get size(): number {
    return this.#open.size
  }

  /** Whether a peer works for us right now. */
  worksFor(peer: string): boolean {
    return this.#acquaintances.busyAt(peer) > 0
  }

  /** @throws PeerworkError `TASK_UNKNOWN` */
  async cancel(task: string, reason?: string): Promise<void> {
    const fits = [...this.#open.keys()].filter((id) => id.startsWith(task))
    const handle = fits.length === 1 ? this.#open.get(fits[0] ?? '') : undefined
    if (handle === undefined) {
      const given = task.slice(0, 40)
      const why = fits.length > 1 ? `${fits.length} open tasks begin` : 'no open task begins'
      throw new PeerworkError('TASK_UNKNOWN', `${why} with "${given}"`, { task: given })
    }
    await handle.cancel(reason)
  }

  /** Cancel what is open and end the sessions. */
  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map((handle) => handle.cancel('the agent stops')))
    await this.#follower.close()
  }

  /** Who would get it now; nothing is sent. @throws PeerworkError as a task that finds nobody */
  async explain(
    what: { readonly skill: string; readonly input: unknown },
    options: SubmitOptions = {}
  ): Promise<RouteExplanation> {
    const request = toRequest(what, options, this.#options.clock)
    const signal = options.signal ?? new AbortController().signal
    const choice =
      pick(request, this.#around) ?? (await choosePeer({ ...request, signal }, this.#around))
    return explain(request, this.#around, choice)
  }

  async #drive(request: Request, handle: TaskHandle): Promise<void> {
    const { table, clock } = this.#options
    const { id, skill, trace } = request
    const begin = clock.elapsed()
    handle.push({ type: 'submitted', task: id, skill, trace })
    table.open({ id, skill, trace, side: 'requester', peer: null })
    try {
      // Nothing is signed before `submit` returns: who cancels at once has sent nothing.
      const known = pick(request, this.#around)
      let choice = await (known ?? this.#wait(request, handle))
      if (handle.canceled !== undefined) throw handle.canceled
      const now = clock.elapsed()
      const rest = known === undefined ? without(request, now - begin) : request
      const trip = new Trip(rest, handle, { begin, now })
      let result: TaskResult | undefined
      while (result === undefined) {
        try {
          result = await this.#go(trip, choice)
        } catch (thrown) {
          choice = await this.#onward.next(trip, choice, thrown)
        }
      }
      table.close(id, 'completed', null)
      handle.end({ type: 'completed', task: id, result })
    } catch (thrown) {
      const error = toPeerworkError(thrown)
      const type = error.code === 'CANCELED' ? 'canceled' : 'failed'
      table.close(id, type, error.code)
      handle.end({ type, task: id, error })
    } finally {
      this.#open.delete(id)
    }
  }

  #wait(request: Request, handle: TaskHandle): Promise<Choice> {
    return choosePeer({ ...request, signal: handle.signal }, this.#around)
  }

  #go(trip: Trip, choice: Choice): Promise<TaskResult> {
    const { request, handle } = trip
    if (request.explain) this.#explain(trip, choice)
    const alone = request.to !== undefined || choice.among.length < 2
    if (request.hedgeMs === undefined) {
      return this.#send(trip, choice, handle, alone)
    }
    const first: Start = (leg) => this.#send(trip, choice, leg, alone)
    return hedged(handle, {
      ...{ first, afterMs: request.hedgeMs },
      second: () => this.#second(trip, choice)
    })
  }

  #send(trip: Trip, { peer, among }: Choice, leg: Leg, alone: boolean): Promise<TaskResult> {
    const { request, begin, until, attempt, after, again } = trip
    const now = this.#options.clock.elapsed()
    const acceptMs = alone ? undefined : acceptMsFor(request.input.length, until - now)
    const foundMs = now - begin
    const going = { request, leg, peer, begin, foundMs, attempt, after, again, among, acceptMs }
    return this.#follower.follow(going)
  }

  /** The first peer takes long: another one is to have the same task. */
  #second(trip: Trip, { peer: slow }: Choice): Start | undefined {
    trip.note(slow.id)
    if (!trip.further(this.#options.clock.elapsed())) return undefined
    const choice = pick(trip.request, this.#around)
    if (choice === undefined) return undefined
    trip.goTo(choice.peer.id, 'hedge')
    trip.note(choice.peer.id)
    if (trip.request.explain) this.#explain(trip, choice)
    return async (leg) => {
      const result = await this.#send(trip, choice, leg, true)
      this.#options.history.note(slow.id, 'late')
      return result
    }
  }

  #explain({ request, handle, attempt }: Trip, choice: Choice): void {
    const explanation = explain(request, this.#around, choice)
    handle.push({ type: 'routed', task: request.id, attempt, ...explanation })
  }
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : 'canceled by the requester'
}

/** With the time that the search has left of it: the deadline is from the beginning. */
function without(request: Request, tookMs: number): Request {
  const wallMs = Math.max(1, Math.round(request.budget.wallMs - tookMs))
  return { ...request, budget: { ...request.budget, wallMs } }
}
