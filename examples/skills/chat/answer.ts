/** One request to `/chat/completions`, streamed or not, as one answer. */

import { eventsOf } from './events.ts'

/** How much of an error page is told to the requester, characters. */
const ERROR_LENGTH_MAX = 500
/** An error page or an answer in one piece, bytes. */
const BODY_BYTES_MAX = 4 * 1024 * 1024

export interface Ask {
  readonly fetch: typeof globalThis.fetch
  readonly url: string
  readonly key: string | undefined
  readonly signal: AbortSignal
  readonly request: Readonly<Record<string, unknown>>
  /** Called with each piece of text, one at a time. */
  readonly onText: (text: string) => Promise<void>
}

export interface Answer {
  text: string
  finishReason: string
  model: string
  tokens: { prompt: number; completion: number; total: number }
  /** Of the prompt, read from a cache; of the completion, thought and not said. If it says so. */
  parts: { cacheRead?: number; reasoning?: number }
}

/** @throws Error in the server's own words where it has some */
export async function answerOf(ask: Ask): Promise<Answer> {
  const response = await ask.fetch(ask.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(ask.key === undefined ? {} : { authorization: `Bearer ${ask.key}` })
    },
    body: JSON.stringify({ ...ask.request, stream: true, stream_options: { include_usage: true } }),
    signal: ask.signal
  })
  if (!response.ok) throw await refusal(response)
  const answer: Answer = {
    text: '',
    finishReason: '',
    model: String(ask.request['model']),
    ...{ tokens: { prompt: 0, completion: 0, total: 0 }, parts: {} }
  }
  const isStream = response.headers.get('content-type')?.includes('event-stream') === true
  if (isStream) await readStream(response, answer, ask.onText)
  else await take(parse(await bodyOf(response)), answer, ask.onText)
  if (answer.finishReason === '') throw new Error('the server ended its answer in the middle')
  return answer
}

async function readStream(
  response: Response,
  answer: Answer,
  onText: Ask['onText']
): Promise<void> {
  for await (const event of eventsOf(response.body ?? noBytes())) {
    if (event.trim() === '[DONE]') {
      // Some servers end without a finish reason; the marker says that nothing is missing.
      answer.finishReason ||= 'stop'
      return
    }
    await take(parse(event), answer, onText)
  }
}

/** Take in one chunk of a stream, or a whole answer: they differ in `delta` and `message`. */
async function take(value: unknown, answer: Answer, onText: Ask['onText']): Promise<void> {
  const part = recordOf(value)
  if (part['error'] !== undefined && part['error'] !== null) {
    throw new Error(`the server reports: ${messageOf(part['error'])}`)
  }
  if (typeof part['model'] === 'string' && part['model'] !== '') answer.model = part['model']
  const usage = recordOf(part['usage'])
  if (part['usage'] !== undefined && part['usage'] !== null) {
    const prompt = countOf(usage['prompt_tokens'])
    const completion = countOf(usage['completion_tokens'])
    const total = countOf(usage['total_tokens']) || prompt + completion
    answer.tokens = { prompt, completion, total }
    answer.parts = partsOf(usage)
  }
  const choices = Array.isArray(part['choices']) ? (part['choices'] as unknown[]) : []
  const choice = recordOf(choices[0])
  const text = recordOf(choice['delta'] ?? choice['message'])['content']
  if (typeof text === 'string' && text !== '') {
    answer.text += text
    await onText(text)
  }
  if (typeof choice['finish_reason'] === 'string') answer.finishReason = choice['finish_reason']
}

function partsOf(usage: Readonly<Record<string, unknown>>): Answer['parts'] {
  const cached = recordOf(usage['prompt_tokens_details'])['cached_tokens']
  const thought = recordOf(usage['completion_tokens_details'])['reasoning_tokens']
  return {
    ...(typeof cached === 'number' && { cacheRead: countOf(cached) }),
    ...(typeof thought === 'number' && { reasoning: countOf(thought) })
  }
}

/** The server's refusal in its own words: 401, 404 (no such model), 429, 5xx. */
async function refusal(response: Response): Promise<Error> {
  const body = await bodyOf(response).catch(() => '')
  let why = body.trim().slice(0, ERROR_LENGTH_MAX)
  try {
    const { error } = recordOf(JSON.parse(body))
    if (error !== undefined) why = messageOf(error)
  } catch {
    // No JSON: the text itself is the best there is.
  }
  const wait = response.headers.get('retry-after')
  const later = wait === null ? '' : ` (retry after ${wait})`
  return new Error(
    `the model server answered ${response.status}${later}: ${why || 'no reason given'}`
  )
}

async function bodyOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? noBytes()) {
    bytes += chunk.length
    if (bytes > BODY_BYTES_MAX) throw new Error(`the server sent more than ${BODY_BYTES_MAX} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`the server sent no JSON: ${text.slice(0, 100)}`)
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function messageOf(error: unknown): string {
  const { message } = recordOf(error)
  const text = typeof message === 'string' ? message : JSON.stringify(error)
  return text.slice(0, ERROR_LENGTH_MAX)
}

function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : 0
}
