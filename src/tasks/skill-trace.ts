/** What a skill can tell of its steps, for whoever watches or reads the trace afterwards. */

export interface SkillTrace {
  /**
   * A call of a language model, once it is over. Its tokens and cost also count against the task's
   * budget: do not give them to `ctx.spend` again.
   */
  model(call: ModelCall): void
  /** A call of a tool, once it is over. Those by `ctx.fetch` and `ctx.run` are told already. */
  tool(name: string, call: ToolCall): void
  /** Run a step, and tell how long it took and whether it threw. Answers with what it returns. */
  step<T>(name: string, work: () => T | Promise<T>, kind?: StepKind): Promise<T>
  /** A limit of the skill's own was reached. */
  guard(trip: GuardTrip): void
  /** The work passes to a person, or to somebody beyond Peerwork. Parts by `ctx.run` do not. */
  handoff(offer: HandoffOffer): ToldHandoff
}

/** How long it took, or when it began by `performance.now()`; both in ms. */
export type Took = { readonly error?: string } & (
  | { readonly wallMs: number }
  | { readonly startedMs: number }
)

/**
 * What went into a step and what came out: any JSON. It goes nowhere, not even to the agent, unless
 * the operator named observers who may read (`--trace-content`); then it is redacted and encrypted.
 */
export interface StepContent {
  /** Of a model the prompt or the messages, of a tool its arguments. */
  readonly input?: unknown
  /** Of a model its answer, of a tool its result. */
  readonly output?: unknown
}

export type ToolCall = Took & { readonly content?: StepContent }

export type ModelCall = Took & {
  readonly content?: StepContent
  /** Who runs it: `openai`, `ollama` … */
  readonly provider: string
  /** As it was asked for. */
  readonly model: string
  /** As it answered, when that differs. */
  readonly responseModel?: string
  /** Default `chat`. */
  readonly operation?: 'chat' | 'text_completion' | 'generate_content' | 'embeddings'
  readonly tokens?: {
    readonly input?: number
    readonly output?: number
    /** Read from a cache, and written to it: parts of `input`. */
    readonly cacheRead?: number
    readonly cacheWrite?: number
    /** Part of `output`. */
    readonly reasoning?: number
  }
  /** US dollars, when the server says so. */
  readonly cost?: number
  /** Why it stopped: `stop`, `length` … */
  readonly finish?: string
}

export type StepKind = 'step' | 'agent' | 'workflow' | 'retrieval' | 'memory' | 'other'

export interface GuardTrip {
  /** A name of your own: those of the agent (`budget.…`, `loop`, `depth` …) get `skill.` before. */
  readonly guard: string
  readonly reason: string
  readonly limit: number
  readonly value: number
  readonly action: 'warned' | 'stopped'
}

export interface HandoffOffer {
  /** `pass-control`: the taker goes on without the skill. `human`: a person decides. */
  readonly mode: 'pass-control' | 'human'
  readonly to: string
  readonly reason?: string
}

/** Each is heard once; later calls change nothing. */
export interface ToldHandoff {
  accepted(): void
  ended(outcome: 'ok' | 'error' | 'canceled' | 'rejected', reason?: string): void
}
