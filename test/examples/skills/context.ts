/** A skill's context for calling its `run` directly; keeps what the skill says. */

import type { JsonValue } from '../../../src/protocol/json.ts'
import type { SkillContext } from '../../../src/tasks/skill.ts'
import type { ModelCall } from '../../../src/tasks/skill-trace.ts'

export interface Heard<Config> {
  readonly ctx: SkillContext<Config>
  readonly progress: { readonly fraction: number | null; readonly message: string }[]
  readonly chunks: JsonValue[]
  readonly calls: ModelCall[]
  /** Warnings. */
  readonly logged: string[]
  /** By `ctx.spend` and by calls of models. */
  tokens: number
}

interface Given<Config> {
  readonly config: Config
  readonly secrets?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  readonly fetch?: typeof globalThis.fetch
  readonly onProgress?: () => void
}

const refuse = (): never => {
  throw new Error('this skill was not expected to do that')
}

export function listen<Config>(given: Given<Config>): Heard<Config> {
  const progress: Heard<Config>['progress'] = []
  const chunks: JsonValue[] = []
  const calls: ModelCall[] = []
  const logged: string[] = []
  const say = (first: number | string, second = ''): void => {
    progress.push(
      typeof first === 'string'
        ? { fraction: null, message: first }
        : { fraction: first, message: second }
    )
    given.onProgress?.()
  }
  const heard: Heard<Config> = {
    progress,
    ...{ chunks, calls, logged },
    tokens: 0,
    ctx: {
      task: { id: '0'.repeat(32), from: 'nobody', traceparent: '' },
      signal: given.signal ?? new AbortController().signal,
      config: given.config,
      secrets: given.secrets ?? {},
      progress: say,
      emit: async (chunk) => void chunks.push(chunk),
      partial: () => undefined,
      spend: ({ tokens = 0 }) => void (heard.tokens += tokens),
      trace: {
        model(call) {
          calls.push(call)
          heard.tokens += (call.tokens?.input ?? 0) + (call.tokens?.output ?? 0)
        },
        ...{ tool: refuse, step: refuse, guard: refuse, handoff: refuse }
      },
      state: { read: refuse, patch: refuse },
      run: refuse,
      fetch: given.fetch ?? refuse,
      log: {
        debug: () => {},
        info: () => {},
        warn: (text) => void logged.push(text),
        error: () => {}
      }
    }
  }
  return heard
}

/** What the sandbox does around `run`: fill in defaults, check the answer. */
export async function checked<T>(schema: Validator<T>, value: unknown): Promise<T> {
  const result = await schema['~standard'].validate(value)
  if (result.issues !== undefined) throw new Error(result.issues[0]?.message ?? 'does not fit')
  return result.value
}

type Answer<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string }[] }

interface Validator<T> {
  readonly '~standard': { validate(value: unknown): Answer<T> | Promise<Answer<T>> }
}
