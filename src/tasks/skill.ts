/**
 * What a skill file exports: a name, two schemas and a function.
 *
 * A skill is a file because only a file can be loaded inside a sandbox. Schemas are any library's
 * that implements Standard Schema and Standard JSON Schema (Zod 4.2+, ArkType, Valibot): the
 * sandbox validates with the library, everybody else with the JSON Schema it prints.
 */

import type { JsonObject, JsonValue } from '../protocol/json.ts'
import type { Price } from '../protocol/message/card.ts'
import type { SkillTrace } from './skill-trace.ts'

/** https://standardschema.dev: the part that Peerwork uses. */
export interface Schema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    /** https://standardschema.dev/json-schema; optional only because `zod/mini` leaves it out. */
    readonly jsonSchema?: {
      input(options: { target: 'draft-2020-12' }): Record<string, unknown>
      output(options: { target: 'draft-2020-12' }): Record<string, unknown>
    }
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

type Types<S extends Schema> = NonNullable<S['~standard']['types']>
/** What a caller may pass in, and what `run` receives after defaults and transforms. */
export type InputOf<S extends Schema> = Types<S>['input']
export type OutputOf<S extends Schema> = Types<S>['output']

/** What a skill may use of the outside world. Nothing else of the host is reachable. */
export interface SkillContext<Config = JsonValue> {
  /** The task, and who asked for it. */
  readonly task: { readonly id: string; readonly from: string; readonly traceparent: string }
  /** Aborted on cancel and at the deadline. Busy loops are ended by force all the same. */
  readonly signal: AbortSignal
  /** What the operator configured for this skill, checked against its `config` schema. */
  readonly config: Config
  /** Secrets the operator handed over, by name. */
  readonly secrets: Readonly<Record<string, string>>
  /** Tell the requester how far the work is: a fraction from 0 to 1, a sentence, or both. */
  progress(fraction: number, message?: string): void
  progress(message: string): void
  /** Stream a value to the requester. Waits while the requester reads slowly: always `await` it. */
  emit(chunk: JsonValue): Promise<void>
  /**
   * What to answer with should time or budget run out: any JSON, each call replaces the last. Also
   * heard while `signal` is aborted and the grace lasts.
   */
  partial(value: JsonValue): void
  /** Report what a model or an API used up; counted against the task's budget. */
  spend(used: { tokens?: number; cost?: number }): void
  /** Tell of steps inside the task: calls of models and tools, guards, handoffs. */
  readonly trace: SkillTrace
  /** The run's shared state: a JSON object that travels with the task, changed by JSON Patch. */
  readonly state: SkillState
  /** Hand a part of the work to a peer: same trace, what is left of the budget. */
  run(skill: string, input: JsonValue, options?: HandOnOptions): Promise<JsonValue>
  /** `fetch`, but only to the hosts that the skill declares. Brokered outside the sandbox. */
  readonly fetch: typeof globalThis.fetch
  readonly log: SkillLog
}

export interface SkillState {
  /** The state as of now; a copy. */
  read(): JsonObject
  /** RFC 6902 operations, applied here at once and sent with the result. */
  patch(operations: readonly PatchOperation[]): void
}

/** RFC 6902 JSON Patch: the operations Peerwork applies. */
export type PatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: JsonValue }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly path: string; readonly from: string }

export interface HandOnOptions {
  /** Peer id; without it a peer that offers the skill is chosen. */
  readonly to?: string
  /** At most this long, ms; never longer than what is left of the task. */
  readonly deadlineMs?: number
  /**
   * Of what the task may use up, at most so much. Parts that say so can run at the same time; one
   * that does not gets all that is left, and waits until the parts before it are over. Where the
   * task has no such limit, none waits.
   */
  readonly budget?: { readonly cpuMs?: number; readonly tokens?: number; readonly cost?: number }
}

export interface SkillLog {
  debug(message: string): void
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

export interface SkillDefinition<
  Input extends Schema = Schema,
  Output extends Schema = Schema,
  Config extends Schema = Schema
> {
  /** Lower-case words joined by dashes. */
  readonly name: string
  /** One sentence for whoever has to choose between skills. */
  readonly description: string
  readonly input: Input
  readonly output: Output
  /** Shape of the operator's configuration. */
  readonly config?: Config
  readonly tags?: readonly string[]
  readonly models?: readonly string[] | ((config: OutputOf<Config>) => readonly string[])
  /** What it costs, in the operator's unit: requesters compare, and keep to their budget. */
  readonly price?: Price | ((config: OutputOf<Config>) => Price)
  /**
   * Hosts that `ctx.fetch` may reach: `example.org`, `example.org:8443`, `*.example.org`, or `*`
   * for every public host. Private addresses are reachable only when written out here.
   */
  readonly hosts?: readonly string[] | ((config: OutputOf<Config>) => readonly string[])
  /** Memory of the runner's JavaScript heap, MiB. */
  readonly memoryMb?: number
  /** Tasks one runner process takes at a time; more than 1 only for work that mostly waits. */
  readonly concurrency?: number
  /** Longest run, ms; a task's own deadline may be shorter. */
  readonly timeoutMs?: number
  run(
    input: OutputOf<Input>,
    ctx: SkillContext<OutputOf<Config>>
  ): InputOf<Output> | Promise<InputOf<Output>>
}

/** Give a skill its types. Returns the definition unchanged; loading checks it. */
export function defineSkill<I extends Schema, O extends Schema, C extends Schema = Schema>(
  definition: SkillDefinition<I, O, C>
): SkillDefinition<I, O, C> {
  return definition
}
