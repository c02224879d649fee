/**
 * Ask a language model on any OpenAI-compatible server (Ollama, llama.cpp, vLLM, a hosted one) and
 * stream its tokens. Address and key are the operator's: the requester is told neither.
 * The trace names the server's host, the model and the tokens; the talk itself only where the
 * operator wants contents told (`--trace-content`).
 */

import { defineSkill } from 'peerwork'
import type { SkillContext } from 'peerwork'
import * as z from 'zod'
import { answerOf } from './chat/answer.ts'
import type { Answer, Ask } from './chat/answer.ts'

const MESSAGES_MAX = 256
const CONTENT_LENGTH_MAX = 512 * 1024
/** A local model on a slow machine takes minutes for a long answer. */
const TIMEOUT_MS = 5 * 60_000

const content = z.string().max(CONTENT_LENGTH_MAX)
const role = z.enum(['system', 'user', 'assistant'])
const sampling = {
  temperature: z.number().min(0).max(2).optional(),
  maxTokens: z.int().min(1).optional()
}

export default defineSkill({
  name: 'chat',
  description: 'Ask a language model; its answer streams in as it is written.',
  tags: ['llm', 'chat'],
  models: ({ model }) => [model],
  hosts: ({ baseUrl }) => [new URL(baseUrl).host],
  concurrency: 8,
  timeoutMs: 60 * 60_000,
  config: z.object({
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .refine(isPlain, 'must be without password and query; a key is the secret apiKey')
      .describe('For example http://127.0.0.1:11434/v1'),
    model: z.string().min(1),
    provider: z.string().min(1).default('openai').describe('Who runs it, for traces and prices'),
    timeoutMs: z.int().min(1).default(TIMEOUT_MS),
    ...sampling
  }),
  input: z.union([
    z.object({ prompt: content, ...sampling }),
    z.object({
      messages: z.array(z.object({ role, content })).min(1).max(MESSAGES_MAX),
      ...sampling
    })
  ]),
  output: z.object({
    text: z.string(),
    finishReason: z.string().describe('stop, length, or what the server says'),
    model: z.string(),
    tokens: z.object({ prompt: z.int(), completion: z.int(), total: z.int() })
  }),

  async run(input, ctx) {
    const { baseUrl, model, provider, timeoutMs, ...preset } = ctx.config
    const messages =
      'messages' in input ? input.messages : [{ role: 'user' as const, content: input.prompt }]
    const limits = [input.maxTokens, preset.maxTokens].filter((limit) => limit !== undefined)
    return await tracedAnswer(ctx, provider, {
      fetch: ctx.fetch,
      url: `${baseUrl.replace(/\/+$/, '')}/chat/completions`,
      key: ctx.secrets['apiKey'],
      signal: ctx.signal,
      timeoutMs,
      // What the operator sets bounds the length; the requester may only ask for less.
      request: {
        model,
        messages,
        temperature: input.temperature ?? preset.temperature,
        max_tokens: limits.length === 0 ? undefined : Math.min(...limits)
      },
      onText: (text) => ctx.emit(text)
    })
  }
})

/** Whether nothing secret can be in it: the log tells it. */
function isPlain(text: string): boolean {
  const url = URL.parse(text)
  return url === null || `${url.username}${url.password}${url.search}` === ''
}

/** Tells what the call used up; a failed one as well, and its operator where and why. */
async function tracedAnswer(
  { trace, spend, log }: Pick<SkillContext, 'trace' | 'spend' | 'log'>,
  provider: string,
  ask: Ask & { readonly request: { readonly model: string } }
): Promise<Answer> {
  const { model } = ask.request
  const startedMs = performance.now()
  try {
    const answer = await answerOf(ask)
    const { tokens, parts, finishReason: finish } = answer
    const { prompt: input, completion: output, total } = tokens
    const told = { input, output, ...parts }
    const { model: responseModel, text } = answer
    const content = { input: ask.request, output: text }
    trace.model({ provider, model, responseModel, tokens: told, finish, startedMs, content })
    // Some servers count more in the total than in its parts.
    if (total > input + output) spend({ tokens: total - input - output })
    return answer
  } catch (error) {
    const { name, message, cause } = error instanceof Error ? error : new Error(String(error))
    const why = cause instanceof Error ? `: ${cause.message}` : ''
    if (!ask.signal.aborted) log.warn(`${ask.url}: ${message}${why}`)
    trace.model({ provider, model, startedMs, error: name, content: { input: ask.request } })
    throw error
  }
}
