/** `ctx.trace`: what a skill tells of its steps. Runs inside the sandbox. */

import { inspect } from 'node:util'
import { clipLabel } from '../protocol/text.ts'
import type { Told } from '../protocol/trace-step.ts'
import { SPENT_MAX } from './limits.ts'
import type { Send } from './sandbox-messages.ts'
import type { HandoffOffer, ModelCall, SkillTrace, ToldHandoff, Took } from './skill-trace.ts'
import { writeContent } from './step-content.ts'

/**
 * @param elapsed ms that only go forward, as `performance.now()` tells them to the skill
 * @param contents whether the operator wants contents told; else they stay in the sandbox
 */
export function createTrace(
  task: string,
  send: Send,
  elapsed: () => number,
  contents = false
): SkillTrace {
  let offers = 0
  const tell = (told: Told, content?: Uint8Array): void =>
    send({ type: 'trace', task, told }, content)
  const inside = contents ? writeContent : () => undefined
  const timed = (took: Took) => ({
    wallMs: 'wallMs' in took ? amount(took.wallMs, 'wallMs') : sinceOf(took.startedMs, elapsed()),
    ...labelled({ error: took.error })
  })
  return {
    model: (call) =>
      tell({ type: 'model.called', ...timed(call), ...modelOf(call) }, inside(call.content)),
    tool: (name, call) =>
      tell({ type: 'tool.called', ...timed(call), tool: label(name) }, inside(call.content)),
    async step(name, work, kind = 'step') {
      const startedMs = elapsed()
      const end = (error?: string): void => {
        const took = timed({ startedMs, ...(error !== undefined && { error }) })
        tell({ type: 'step.ended', ...took, name: label(name), kind })
      }
      try {
        const answer = await work()
        end()
        return answer
      } catch (thrown) {
        end(kindOf(thrown))
        throw thrown
      }
    },
    guard({ guard, reason, limit, value, action }) {
      const bounds = { limit: amount(limit, 'limit'), value: amount(value, 'value') }
      const words = { guard: label(guard), reason: label(reason) }
      tell({ type: 'guard.tripped', ...words, ...bounds, action })
    },
    handoff: (offer) => offerOf(offer, offers++, tell)
  }
}

function offerOf(
  { mode, to, reason }: HandoffOffer,
  call: number,
  tell: (told: Told) => void
): ToldHandoff {
  let stage = 0
  tell({ type: 'handoff.offered', call, mode, to: label(to), ...labelled({ reason }) })
  return {
    accepted() {
      if (stage > 0) return
      stage = 1
      tell({ type: 'handoff.accepted', call })
    },
    ended(outcome, why) {
      if (stage > 1) return
      stage = 2
      tell({ type: 'handoff.ended', call, outcome, ...labelled({ reason: why }) })
    }
  }
}

function modelOf(call: ModelCall) {
  const { provider, model, responseModel, operation = 'chat', tokens = {}, cost, finish } = call
  const { input = 0, output = 0, cacheRead, cacheWrite, reasoning } = tokens
  return {
    ...{ provider: label(provider), model: label(model), operation },
    ...labelled({ responseModel, finish }),
    ...{ input: count(input, 'tokens.input'), output: count(output, 'tokens.output') },
    ...(cacheRead !== undefined && { cacheRead: count(cacheRead, 'tokens.cacheRead') }),
    ...(cacheWrite !== undefined && { cacheWrite: count(cacheWrite, 'tokens.cacheWrite') }),
    ...(reasoning !== undefined && { reasoning: count(reasoning, 'tokens.reasoning') }),
    ...(cost !== undefined && { cost: amount(cost, 'cost') })
  }
}

/** Skills are not always type-checked, and the agent ends a runner that breaks the rules. */
const label = (value: unknown): string =>
  clipLabel(typeof value === 'string' ? value : inspect(value))

/** Those of the texts that are there. */
function labelled<Name extends string>(
  texts: Readonly<Record<Name, string | undefined>>
): { readonly [N in Name]?: string } {
  const there = Object.entries<string | undefined>(texts).filter(([, text]) => text !== undefined)
  return Object.fromEntries(there.map(([name, text]) => [name, label(text)])) as {
    [N in Name]?: string
  }
}

function amount(value: number, what: string): number {
  if (value >= 0 && value <= SPENT_MAX) return value
  throw new TypeError(`ctx.trace takes ${what} from 0 to ${SPENT_MAX}`)
}

const count = (value: number, what: string): number => Math.ceil(amount(value, what))

const sinceOf = (startedMs: number, now: number): number => {
  if (Number.isFinite(startedMs)) return Math.max(0, now - startedMs)
  throw new TypeError('ctx.trace takes startedMs as performance.now() told it')
}

/** What went wrong, without its words: those may hold what was worked on. */
function kindOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'thrown'
  const { code } = thrown as { code?: unknown }
  return label(typeof code === 'string' ? code : thrown.name)
}
