/**
 * `peerwork/trace/langchain`: a callback handler that tells an observer what LangChain.js does.
 *
 * ```ts
 * await chain.invoke(question, { callbacks: [langchainHandler(tracer)] })
 * ```
 */

import type { JsonObject } from '../protocol/json.ts'
import { contentOf, errorWithout } from './content.ts'
import { OpenSpans } from './open-spans.ts'
import type { Facts, Kind, Span, Tokens } from './span.ts'

export interface LangchainOptions {
  /** Tell prompts, inputs, answers and outputs too; default not. */
  readonly content?: boolean
  /** The span below which all of it stands; default a trace of its own for each call. */
  readonly parent?: Span
}

/** Of a `Tracer`, what adapters need. */
interface Starts {
  start(name: string, facts?: Facts): Span
}

interface Begun {
  readonly kind: Kind
  readonly run: string
  readonly parents: readonly unknown[]
  readonly name: string
  readonly facts?: Facts
  readonly input: unknown
}

interface Serialized {
  readonly name?: unknown
  readonly id?: readonly unknown[]
}

type Record_ = Readonly<Record<string, unknown>>

/** One handler serves any number of calls, also at once: LangChain names each run. */
export function langchainHandler(tracer: Starts, options: LangchainOptions = {}) {
  const { content = false, parent } = options
  const open = new OpenSpans()
  const begin = ({ kind, run, parents, name, facts, input }: Begun): void => {
    const above = parents.map((id) => open.get(id)).find((span) => span !== undefined) ?? parent
    const said = { ...facts, ...(content && { attributes: contentOf('input', input) }) }
    const top = kind === 'step' && above === undefined
    open.set(run, (above ?? tracer).start(name, { ...said, kind: top ? 'workflow' : kind }))
  }
  const end = (run: string, output: unknown, facts: Facts = {}): void => {
    const said = content ? contentOf('output', output) : {}
    open.get(run)?.set({ ...facts, attributes: { ...facts.attributes, ...said } })
    open.end(run)
  }
  const fail = (error: unknown, run: string): void => {
    open.end(run, { error: content ? error : errorWithout(error) })
  }
  return {
    name: 'peerwork',
    // In order and at once, so that times are true; each takes microseconds.
    awaitHandlers: true,
    // What the library passes, which is not the order that its types name: parents stand fourth.
    handleChainStart(...[chain, input, run, ...more]: [Serialized, unknown, string, ...unknown[]]) {
      const [above, , , , name, other] = more
      const named = nameOf(chain, name)
      begin({ kind: 'step', run, parents: [above, other], name: named, input })
    },
    handleChatModelStart(...[model, messages, run, ...more]: ModelStart) {
      const [above, extra, , metadata, name] = more
      const facts = modelOf(extra, metadata)
      const named = nameOf(model, name)
      begin({ kind: 'model', run, parents: [above], name: named, facts, input: messages })
    },
    handleLLMStart(...[model, prompts, run, ...more]: ModelStart) {
      const [above, extra, , metadata, name] = more
      const facts = modelOf(extra, metadata)
      const named = nameOf(model, name)
      begin({ kind: 'model', run, parents: [above], name: named, facts, input: prompts })
    },
    handleToolStart(...[tool, input, run, ...more]: [Serialized, string, string, ...unknown[]]) {
      const [above, , , runName] = more
      const name = nameOf(tool, runName)
      begin({ kind: 'tool', run, parents: [above], name, facts: { tool: name }, input })
    },
    handleRetrieverStart(...[of, input, run, ...more]: [Serialized, string, string, ...unknown[]]) {
      const [above, , , runName] = more
      begin({ kind: 'retrieval', run, parents: [above], name: nameOf(of, runName), input })
    },
    handleChainEnd: (output: unknown, run: string) => end(run, output),
    handleLLMEnd: (output: unknown, run: string) => end(run, output, usedBy(output)),
    handleToolEnd: (output: unknown, run: string) => end(run, output),
    handleRetrieverEnd(documents: readonly unknown[], run: string) {
      end(run, documents, { attributes: { documents: documents.length } })
    },
    handleChainError: fail,
    handleLLMError: fail,
    handleToolError: fail,
    handleRetrieverError: fail
  }
}

type ModelStart = [model: Serialized, input: unknown, run: string, ...unknown[]]

function nameOf({ name, id }: Serialized, runName: unknown): string {
  const found = [runName, name, id?.at(-1)].find((one) => typeof one === 'string' && one !== '')
  return typeof found === 'string' ? found : 'unnamed'
}

const recordIn = (value: unknown): Record_ =>
  typeof value === 'object' && value !== null ? (value as Record_) : {}
const textIn = (...values: readonly unknown[]): string | undefined =>
  values.find((value): value is string => typeof value === 'string' && value !== '')
const countIn = (...values: readonly unknown[]): number | undefined =>
  values.find((value): value is number => typeof value === 'number')

function modelOf(extra: unknown, metadata: unknown): Facts {
  const invoked = recordIn(recordIn(extra)['invocation_params'])
  const told = recordIn(metadata)
  const model = textIn(told['ls_model_name'], invoked['model'], invoked['model_name'])
  const provider = textIn(told['ls_provider'])
  const conversation = textIn(told['thread_id'], told['session_id'], told['conversation_id'])
  return {
    ...(model !== undefined && { model }),
    ...(provider !== undefined && { provider }),
    ...(conversation !== undefined && { conversation })
  }
}

/** Tokens, the model that answered, and why it stopped. */
function usedBy(output: unknown): Facts {
  const { generations, llmOutput } = recordIn(output)
  const all = (Array.isArray(generations) ? generations.flat() : []).map(recordIn)
  const messages = all.map(({ message }) => recordIn(message))
  const usage = messages.map((message) => message['usage_metadata']).find(Boolean)
  const answer = recordIn(messages[0]?.['response_metadata'])
  const model = textIn(answer['model_name'], answer['model'], recordIn(llmOutput)['model_name'])
  const finish = textIn(answer['finish_reason'], answer['stop_reason'])
  const tokens = tokensIn(recordIn(usage), recordIn(recordIn(llmOutput)['tokenUsage']))
  const attributes: JsonObject = finish === undefined ? {} : { finish_reason: finish }
  return { tokens, attributes, ...(model !== undefined && { model }) }
}

function tokensIn(usage: Record_, older: Record_): Tokens {
  const input = recordIn(usage['input_token_details'])
  const output = recordIn(usage['output_token_details'])
  const counts = {
    input: countIn(usage['input_tokens'], older['promptTokens']),
    output: countIn(usage['output_tokens'], older['completionTokens']),
    cacheRead: countIn(input['cache_read']),
    cacheWrite: countIn(input['cache_creation']),
    reasoning: countIn(output['reasoning'])
  }
  const known = Object.entries(counts).filter(([, count]) => count !== undefined)
  return Object.fromEntries(known) as Tokens
}
