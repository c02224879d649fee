/** Parts of a task that its skill hands on to peers. */

import { INPUT_BYTES_MAX } from '../protocol/constants.ts'
import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import { parseJson } from '../protocol/json.ts'
import type { Account, Reserved, Shares } from './account.ts'
import { PARTS_MAX } from './limits.ts'
import type { HandOnMessage } from './sandbox-messages.ts'
import type { Sandbox } from './sandbox.ts'
import type { HandOnOptions } from './skill.ts'
import type { Guard } from './tell.ts'
import type { Spent, Work } from './work.ts'

/** Of a part that was never sent. */
const NOTHING: Spent = { cpuMs: 0, tokens: 0, cost: 0 }

/** Rounds that work may go in a circle, and would have gone. */
const CIRCLE: Guard = { guard: 'loop', reason: 'a part came back', limit: 0, value: 1 }

export interface HandOns {
  /** Answers the runner when the part is done; never throws. */
  start(message: HandOnMessage, input: Uint8Array): void
  /** The task has to end, and its parts with it. */
  stop(error: PeerworkError | undefined): void
}

interface Parts {
  readonly work: Work
  readonly terms: { readonly deadline: number; readonly elapsed: () => number }
  readonly account: Account
  readonly sandbox: Sandbox
  /** A guard stopped a part. */
  readonly guard: (trip: Guard) => void
  /** A part has used something up; called before its answer reaches the skill. */
  readonly spent: () => void
}

export function createHandOns({ work, terms, account, sandbox, guard, spent }: Parts): HandOns {
  let open = 0
  const room = new Room(account)
  // Most tasks hand nothing on.
  let stopped: AbortController | undefined
  const ask = async (
    message: HandOnMessage,
    input: Uint8Array,
    signal: AbortSignal
  ): Promise<Uint8Array> => {
    checkGuards(work.budget.depth, open, guard)
    if (input.length > INPUT_BYTES_MAX) {
      throw new PeerworkError('INPUT_TOO_LARGE', `${input.length} bytes, cap ${INPUT_BYTES_MAX}`)
    }
    parseJson(input)
    const { skill, to, deadlineMs } = message
    const reserved = await room.enter(message.budget ?? {}, signal)
    let usage = NOTHING
    try {
      const left = terms.deadline - terms.elapsed()
      const rest = account.left(Math.min(left, deadlineMs ?? left))
      const budget = { ...rest, ...reserved.shares }
      const options: HandOnOptions = {
        ...(to === null ? {} : { to }),
        ...(deadlineMs === null ? {} : { deadlineMs: budget.wallMs })
      }
      const handed = await work.on.handOn({ skill, input, options, budget, signal })
      ;({ usage } = handed)
      if ('error' in handed) {
        if (handed.error.code === 'LOOP') guard(CIRCLE)
        throw handed.error
      }
      return handed.output
    } finally {
      reserved.settle(usage)
      spent()
      room.wake()
    }
  }
  return {
    start(message, input) {
      const { task, call } = message
      stopped ??= new AbortController()
      const { signal } = stopped
      open++
      ask(message, input, signal)
        .then(
          (output) => sandbox.send({ type: 'handed-on', task, call, error: null }, output),
          (error: unknown) => {
            const { code, message: text, facts } = toPeerworkError(error)
            sandbox.send({ type: 'handed-on', task, call, error: { code, message: text, facts } })
          }
        )
        .finally(() => open--)
        .catch(() => undefined)
    },
    stop(error) {
      stopped?.abort(error ?? new PeerworkError('CANCELED', 'the task is over'))
      room.wake()
    }
  }
}

/** @throws PeerworkError `DEPTH_EXCEEDED`, `BUSY` */
function checkGuards(depth: number, open: number, guard: Parts['guard']): void {
  if (depth < 1) {
    const reason = 'it may not be handed on any further'
    guard({ guard: 'depth', reason, limit: depth, value: depth + 1 })
    throw new PeerworkError('DEPTH_EXCEEDED', 'this task may not be handed on any further')
  }
  if (open > PARTS_MAX) {
    const reason = 'too many parts at a time'
    guard({ guard: 'parts', reason, limit: PARTS_MAX, value: open })
    throw new PeerworkError('BUSY', `more than ${PARTS_MAX} parts of one task at a time`)
  }
}

/** Where parts wait until those before them have left enough of the budget, the oldest first. */
class Room {
  readonly #account: Account
  #waiting: (() => void)[] = []

  constructor(account: Account) {
    this.#account = account
  }

  /** @throws the reason of the signal, once `wake` was called */
  async enter(wanted: Shares, signal: AbortSignal): Promise<Reserved> {
    for (;;) {
      signal.throwIfAborted()
      const reserved = this.#account.reserve(wanted)
      if (reserved !== undefined) return reserved
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}
