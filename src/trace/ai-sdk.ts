/**
 * `peerwork/trace/ai-sdk`: a telemetry integration that tells an observer what the AI SDK does.
 *
 * ```ts
 * registerTelemetry(aiSdkTelemetry(tracer))
 * ```
 */

import { AsyncLocalStorage } from 'node:async_hooks'
import type { JsonObject } from '../protocol/json.ts'
import { contentOf, errorWithout } from './content.ts'
import { OpenSpans } from './open-spans.ts'
import type { Facts, Outcome, Span, Tokens } from './span.ts'

export interface AiSdkOptions {
  /** Tell prompts, inputs, answers and outputs too, unless a call forbids it; default not. */
  readonly content?: boolean
  /** The span below which all of it stands; default a trace of its own for each call. */
  readonly parent?: Span
}

/** Of a `Tracer`, what adapters need. */
interface Starts {
  start(name: string, facts?: Facts): Span
}

interface Call {
  readonly callId: string
  readonly operationId?: string | undefined
  readonly functionId?: string | undefined
  readonly recordInputs?: boolean | undefined
  readonly recordOutputs?: boolean | undefined
}
interface ModelCall extends Call {
  readonly provider: string
  readonly modelId: string
  readonly embedCallId?: string
}
interface ToolCall extends Call {
  readonly toolCall: {
    readonly toolCallId: string
    readonly toolName: string
    readonly input: unknown
  }
}

/** Operations that are one call of a model, with no event of their own for it. */
const MODEL_ITSELF = /speech|transcri/i

const modelOf = ({ provider, modelId }: ModelCall): Facts => ({ provider, model: modelId })
const toolId = (callId: string, toolCallId: string): string => `${callId}/tool/${toolCallId}`
const modelId = ({ callId, embedCallId = '' }: ModelCall): string => `${callId}/${embedCallId}`

/** An integration for `registerTelemetry`, or for `telemetry.integrations` of one call. */
export function aiSdkTelemetry(tracer: Starts, options: AiSdkOptions = {}) {
  const calls = new Calls(tracer, options)
  return {
    onStart: (call: ModelCall) => calls.operate(call),
    onLanguageModelCallStart: (call: ModelCall & { readonly messages?: unknown }) =>
      calls.begin(call, 'model', call.messages),
    onLanguageModelCallEnd: (call: ModelEnd) => calls.end(call, usedBy(call), call.content),
    onObjectStepStart: (call: ModelCall & { readonly promptMessages?: unknown }) =>
      calls.begin(call, 'model', call.promptMessages),
    onObjectStepEnd: (call: ModelEnd & { readonly objectText?: unknown }) =>
      calls.end(call, usedBy(call), call.objectText),
    onEmbedStart: (call: ModelCall & { readonly values?: unknown }) =>
      calls.begin(call, 'model', call.values),
    onEmbedEnd(call: ModelCall & { readonly usage?: { readonly tokens?: number } }) {
      const { tokens } = call.usage ?? {}
      calls.end(call, tokens === undefined ? {} : { tokens: { input: tokens } }, undefined)
    },
    onRerankStart: (call: ModelCall & { readonly query?: unknown }) =>
      calls.begin(call, 'retrieval', call.query),
    onRerankEnd: (call: ModelCall) => calls.end(call, {}, undefined),
    onToolExecutionStart: (call: ToolCall) => calls.beginTool(call),
    onToolExecutionEnd: (call: ToolCall & { readonly toolOutput: ToolOutput }) =>
      calls.endTool(call, call.toolOutput),
    onEnd: ({ callId }: Call) => calls.finish(callId, {}),
    onAbort: ({ callId }: Call) => calls.finish(callId, { status: 'canceled' }),
    onError(event: unknown) {
      const { callId, error } = event as { readonly callId?: string; readonly error?: unknown }
      if (callId !== undefined) calls.fail(callId, error)
    },
    executeTool: <T>(run: Executed<T>): PromiseLike<T> => calls.inTool(run)
  }
}

/** The spans of calls that are under way; what comes of one carries its `callId`. */
class Calls {
  readonly #tracer: Starts
  readonly #options: AiSdkOptions
  readonly #open = new OpenSpans()
  /** The tool that is running: what it asks of models stands below it. */
  readonly #tool = new AsyncLocalStorage<Span>()

  constructor(tracer: Starts, options: AiSdkOptions) {
    this.#tracer = tracer
    this.#options = options
  }

  operate(call: ModelCall): void {
    const { callId, operationId = 'ai', functionId } = call
    const itself: Facts = MODEL_ITSELF.test(operationId)
      ? { kind: 'model', ...modelOf(call) }
      : { kind: 'workflow' }
    const facts = { ...itself, attributes: { operation: operationId } }
    this.#open.set(callId, this.#above().start(functionId ?? operationId, facts))
  }

  begin(call: ModelCall, kind: 'model' | 'retrieval', input: unknown): void {
    const facts = { kind, ...modelOf(call), attributes: this.#told('input', call, input) }
    const above = this.#open.get(call.callId) ?? this.#above()
    this.#open.set(modelId(call), above.start(call.modelId, facts))
  }

  end(call: ModelCall, facts: Facts, output: unknown): void {
    const attributes = { ...facts.attributes, ...this.#told('output', call, output) }
    this.#open.get(modelId(call))?.set({ ...facts, attributes })
    this.#open.end(modelId(call))
  }

  beginTool(call: ToolCall): void {
    const { toolCallId, toolName, input } = call.toolCall
    const attributes = this.#told('input', call, input)
    const above = this.#open.get(call.callId) ?? this.#above()
    const span = above.start(toolName, { kind: 'tool', tool: toolName, attributes })
    this.#open.set(toolId(call.callId, toolCallId), span)
  }

  endTool(call: ToolCall, { type, output, error }: ToolOutput): void {
    const id = toolId(call.callId, call.toolCall.toolCallId)
    this.#open.get(id)?.set({ attributes: this.#told('output', call, output) })
    this.#open.end(id, type === 'tool-error' ? this.#failed(error) : {})
  }

  inTool<T>({ callId, toolCallId, execute }: Executed<T>): PromiseLike<T> {
    const span = this.#open.get(toolId(callId, toolCallId))
    return span === undefined ? execute() : this.#tool.run(span, execute)
  }

  /** The operation, and what of it never ended by itself. */
  finish(callId: string, outcome: Outcome): void {
    this.#open.endAll(`${callId}/`, outcome)
    this.#open.end(callId, outcome)
  }

  fail(callId: string, error: unknown): void {
    this.finish(callId, this.#failed(error))
  }

  #above(): Starts {
    return this.#tool.getStore() ?? this.#options.parent ?? this.#tracer
  }

  #failed(error: unknown = 'failed without saying why'): Outcome {
    return { error: this.#options.content === true ? error : errorWithout(error) }
  }

  #told(name: 'input' | 'output', call: Call, value: unknown): JsonObject {
    const allowed = name === 'input' ? call.recordInputs : call.recordOutputs
    return this.#options.content === true && allowed !== false ? contentOf(name, value) : {}
  }
}

interface Executed<T> {
  readonly callId: string
  readonly toolCallId: string
  readonly execute: () => PromiseLike<T>
}

interface ToolOutput {
  readonly type: string
  readonly output?: unknown
  readonly error?: unknown
}

interface ModelEnd extends ModelCall {
  readonly finishReason?: string
  readonly responseId?: string
  readonly content?: unknown
  readonly usage?: Usage
}

interface Usage {
  readonly inputTokens?: number | undefined
  readonly inputTokenDetails?: {
    readonly cacheReadTokens?: number | undefined
    readonly cacheWriteTokens?: number | undefined
  }
  readonly outputTokens?: number | undefined
  readonly outputTokenDetails?: { readonly reasoningTokens?: number | undefined }
}

function usedBy({ usage = {}, finishReason, responseId }: ModelEnd): Facts {
  const { inputTokenDetails, outputTokenDetails } = usage
  const counts = {
    input: usage.inputTokens,
    output: usage.outputTokens,
    cacheRead: inputTokenDetails?.cacheReadTokens,
    cacheWrite: inputTokenDetails?.cacheWriteTokens,
    reasoning: outputTokenDetails?.reasoningTokens
  }
  const known = Object.entries(counts).filter(([, count]) => count !== undefined)
  const attributes = {
    ...(finishReason !== undefined && { finish_reason: finishReason }),
    ...(responseId !== undefined && { response_id: responseId })
  }
  return { tokens: Object.fromEntries(known) as Tokens, attributes }
}
