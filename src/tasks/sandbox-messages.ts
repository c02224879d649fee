/**
 * The words between the agent and its runner processes.
 *
 * A message is a JSON header, one of these unions, and a payload of raw bytes. Payloads that are
 * JSON (inputs, outputs, chunks) are never wrapped a second time.
 */

import type { ErrorRecord } from '../protocol/errors.ts'
import { isErrorCode, PeerworkError } from '../protocol/errors.ts'
import type { JsonObject, JsonValue } from '../protocol/json.ts'
import type { Price } from '../protocol/message/card.ts'
import { SPENT_MAX } from './limits.ts'
import type { HandOnOptions, PatchOperation } from './skill.ts'

/** A skill as its runner describes it after loading. */
export interface LoadedSkill {
  readonly name: string
  readonly description: string
  readonly input: JsonObject
  readonly output: JsonObject
  readonly tags: readonly string[]
  readonly models: readonly string[]
  readonly price: Price | null
  readonly hosts: readonly string[]
  readonly memoryMb: number
  readonly concurrency: number
  readonly timeoutMs: number | null
}

type Header = readonly [name: string, value: string]
interface OfTask {
  readonly task: string
}
/** One of several questions that a task has open at a time. */
interface OfCall extends OfTask {
  readonly call: number
}

export interface RunMessage extends OfTask {
  readonly type: 'run'
  readonly from: string
  readonly traceparent: string
  readonly state: JsonObject | null
  /** Whether contents of its steps are wanted. */
  readonly contents: boolean
}
export interface FetchHead extends OfCall {
  readonly type: 'fetch-head'
  readonly status: number
  readonly statusText: string
  readonly headers: readonly Header[]
  readonly url: string
  readonly redirected: boolean
}

/** What the agent says. The payload is named behind the type. */
export type ToRunner =
  /** Payload: the file's text without its types, unless the runner is to read it itself. */
  | {
      readonly type: 'load'
      /** `file:` URL */
      readonly file: string
      readonly config: JsonObject | null
      readonly secrets: Readonly<Record<string, string>>
    }
  /** Payload: the input. */
  | RunMessage
  | (OfTask & { readonly type: 'abort'; readonly error: ErrorRecord })
  /** One chunk of so many bytes has left for the requester. */
  | (OfTask & { readonly type: 'credit'; readonly bytes: number })
  /** Payload: the part's output, unless it failed. */
  | (OfCall & { readonly type: 'handed-on'; readonly error: ErrorRecord | null })
  | FetchHead
  /** Payload: a piece of the response's body. */
  | (OfCall & { readonly type: 'fetch-data' })
  | (OfCall & { readonly type: 'fetch-end' })
  | (OfCall & { readonly type: 'fetch-failed'; readonly error: ErrorRecord })
  /** So many bytes of the request's body have left. */
  | (OfCall & { readonly type: 'fetch-credit'; readonly bytes: number })

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

export interface FetchRequest extends OfCall {
  readonly type: 'fetch'
  readonly method: string
  readonly url: string
  readonly headers: readonly Header[]
  /** Whether `fetch-body` messages follow. */
  readonly body: boolean
  readonly redirect: 'follow' | 'error' | 'manual'
}
export interface HandOnMessage extends OfCall {
  readonly type: 'hand-on'
  readonly skill: string
  readonly to: string | null
  readonly deadlineMs: number | null
  readonly budget: HandOnOptions['budget'] | null
}

/** What a runner says. It is not trusted: `readFromRunner` checks every header. */
export type FromRunner =
  | { readonly type: 'hello' }
  | { readonly type: 'loaded'; readonly skill: LoadedSkill }
  | { readonly type: 'load-failed'; readonly error: ErrorRecord }
  /** Something went wrong outside any running task; the runner wants to be replaced. */
  | { readonly type: 'broken'; readonly message: string }
  /** Payload: the output. */
  | (OfTask & { readonly type: 'done'; readonly patch: readonly PatchOperation[] | null })
  | (OfTask & {
      readonly type: 'failed'
      readonly error: ErrorRecord
      /** The process can no longer be trusted with other tasks. */
      readonly retire: boolean
    })
  | (OfTask & {
      readonly type: 'progress'
      readonly fraction: number | null
      readonly message: string | null
    })
  /** Payload: what the task is to answer with should its time or budget run out. */
  | (OfTask & { readonly type: 'partial' })
  /** Payload: the chunk. */
  | (OfTask & { readonly type: 'chunk' })
  | (OfTask & { readonly type: 'spend'; readonly tokens: number; readonly cost: number })
  /** `told`: read strictly where it is heard, in `tell.ts`. Payload: see `step-content.ts`. */
  | (OfTask & { readonly type: 'trace'; readonly told: unknown })
  | (OfTask & { readonly type: 'log'; readonly level: LogLevel; readonly message: string })
  /** Payload: the part's input. */
  | HandOnMessage
  | FetchRequest
  /** Payload: a piece of the request's body. */
  | (OfCall & { readonly type: 'fetch-body' })
  | (OfCall & { readonly type: 'fetch-body-end' })
  | (OfCall & { readonly type: 'fetch-abort' })
  /** So many bytes of the response's body were read. */
  | (OfCall & { readonly type: 'fetch-credit'; readonly bytes: number })

/** How code inside a runner speaks to the agent. */
export type Send = (message: FromRunner, payload?: Uint8Array) => void

/** A message about one task. */
export type TaskMessage = Extract<FromRunner, { task: string }>

type Check = (value: unknown) => boolean
const isText: Check = (value) => typeof value === 'string'
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0
const isQuantity: Check = (value) => Number.isFinite(value) && (value as number) >= 0
const isAmount: Check = (value) => isQuantity(value) && (value as number) <= SPENT_MAX
const isFlag: Check = (value) => typeof value === 'boolean'
/** Of some of what a task may use up, at most so much. */
const isShares: Check = (value) => {
  if (typeof value !== 'object' || value === null) return false
  const { cpuMs = 0, tokens = 0, cost = 0, ...rest } = value as Record<string, unknown>
  const none = Object.keys(rest).length === 0
  return none && isCount(cpuMs) && isCount(tokens) && isAmount(cost)
}
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value)
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isRecord: Check = (value) =>
  isObject(value) &&
  isErrorCode(value['code']) &&
  isText(value['message']) &&
  (value['facts'] === undefined || isObject(value['facts']))
const oneOf =
  (...words: string[]): Check =>
  (value) =>
    words.includes(value as string)
const isHeaders: Check = (value) =>
  Array.isArray(value) &&
  value.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isText))
const isSmall: Check = (value) => isText(value) && (value as string).length <= 8192

const ofTask = { task: isText }
const ofCall = { task: isText, call: isCount }
/** The fields of each message; its shape is exactly these. */
const FIELDS: Record<FromRunner['type'], Record<string, Check>> = {
  hello: {},
  loaded: { skill: isObject },
  'load-failed': { error: isRecord },
  broken: { message: isText },
  done: { ...ofTask, patch: orNull(Array.isArray) },
  failed: { ...ofTask, error: isRecord, retire: isFlag },
  progress: {
    ...ofTask,
    fraction: orNull((value) => isQuantity(value) && (value as number) <= 1),
    message: orNull(isText)
  },
  partial: ofTask,
  chunk: ofTask,
  spend: { ...ofTask, tokens: isCount, cost: isAmount },
  trace: { ...ofTask, told: isObject },
  log: { ...ofTask, level: oneOf('debug', 'info', 'warn', 'error'), message: isText },
  'hand-on': {
    ...{ ...ofCall, skill: isSmall, to: orNull(isSmall), deadlineMs: orNull(isQuantity) },
    budget: orNull(isShares)
  },
  fetch: {
    ...ofCall,
    method: isSmall,
    url: isText,
    headers: isHeaders,
    body: isFlag,
    redirect: oneOf('follow', 'error', 'manual')
  },
  'fetch-body': ofCall,
  'fetch-body-end': ofCall,
  'fetch-abort': ofCall,
  'fetch-credit': { ...ofCall, bytes: isCount }
}

/** @throws PeerworkError `MALFORMED` for anything a well-behaved runner would not say. */
export function readFromRunner(header: JsonValue): FromRunner {
  const type = isObject(header) ? header['type'] : undefined
  if (!isObject(header) || typeof type !== 'string' || !Object.hasOwn(FIELDS, type)) {
    throw new PeerworkError('MALFORMED', 'the runner sent an unknown message')
  }
  const fields = FIELDS[type as FromRunner['type']]
  for (const name in fields) {
    if (fields[name]?.(header[name]) !== true) {
      throw new PeerworkError('MALFORMED', `the runner sent a ${type} with a wrong ${name}`)
    }
  }
  return header as unknown as FromRunner
}
