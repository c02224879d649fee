/** One request to `/chat/completions`, streamed or not, as one answer. */

import { eventsOf } from './events.ts'

/** Of an answer, characters: what a task may put out is not much more. */
const ANSWER_LENGTH_MAX = 4 * 1024 * 1024
/** Of a piece that is passed on, characters: with every one of them escaped it fits a chunk. */
const PIECE_LENGTH_MAX = 32 * 1024
/** How much of an error page is told to the requester, characters. */
const ERROR_LENGTH_MAX = 500
/** An error page or an answer in one piece, bytes. */
const BODY_BYTES_MAX = 4 * 1024 * 1024

export interface Ask {
  readonly fetch: typeof globalThis.fetch
  readonly url: string
  readonly key: string | undefined
  readonly signal: AbortSignal
  /** For the whole answer. */
  readonly timeoutMs: number
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

/**
 * @throws Error that tells the requester what happened, in the server's own words where it has
 *   some, but not where the server is; what only its operator should know is the error's `cause`
 */
export async function answerOf(ask: Ask): Promise<Answer> {
  const late = AbortSignal.timeout(ask.timeoutMs)
  try {
    return await askFor({ ...ask, signal: AbortSignal.any([ask.signal, late]) })
  } catch (error) {
    if (!late.aborted || ask.signal.aborted) throw error
    throw new Error(`the model server has not answered within ${ask.timeoutMs} ms`, {
      cause: error
    })
  }
}

async function askFor(ask: Ask): Promise<Answer> {
  const response = await send(ask)
  if (!response.ok) throw await refusal(response, ask.key)
  const answer: Answer = {
    text: '',
    finishReason: '',
    model: String(ask.request['model']),
    ...{ tokens: { prompt: 0, completion: 0, total: 0 }, parts: {} }
  }
  const isStream = response.headers.get('content-type')?.includes('event-stream') === true
  if (isStream) await readStream(response, answer, ask.onText)
  else await take(parse(await textOf(response)), answer, ask.onText)
  if (answer.finishReason === '') throw new Error('the model server ended its answer in the middle')
  return answer
}

async function send({ fetch, url, key, signal, request }: Ask): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` })
      },
      body: JSON.stringify({ ...request, stream: true, stream_options: { include_usage: true } }),
      // Followed, it would become a GET without the question.
      redirect: 'manual',
      signal
    })
  } catch (cause) {
    throw new Error('the model server of this agent cannot be reached', { cause })
  }
}

async function readStream(
  response: Response,
  answer: Answer,
  onText: Ask['onText']
): Promise<void> {
  for await (const event of eventsOf(bytesOf(response))) {
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
    throw new Error(`the model server reports: ${messageOf(part['error'])}`)
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
    if (answer.text.length > ANSWER_LENGTH_MAX) {
      throw new Error(`the answer is longer than ${ANSWER_LENGTH_MAX} characters`)
    }
    for (const piece of piecesOf(text)) await onText(piece)
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

/** Without cutting a character in two. */
function* piecesOf(text: string): Generator<string> {
  let from = 0
  while (from < text.length) {
    let to = from + PIECE_LENGTH_MAX
    if (to < text.length && /[\uD800-\uDBFF]/.test(text.charAt(to - 1))) to--
    yield text.slice(from, to)
    from = to
  }
}

/** The server's refusal in its own words: 404 (no such model), 429, 5xx. */
async function refusal(response: Response, key: string | undefined): Promise<Error> {
  const { status, headers } = response
  const body = await textOf(response).catch(() => '')
  const why = wordsOf(body) || 'no reason given'
  // What a server says of a key may repeat the key.
  if (status === 401 || status === 403) {
    const given = key === undefined ? 'the operator gave it no key' : 'it minds the key'
    const text = `the model server refused this agent (${status}): ${given}, the secret apiKey`
    return new Error(text, { cause: new Error(why) })
  }
  if (status >= 300 && status < 400) {
    const cause = new Error(`it leads to ${headers.get('location') ?? 'nowhere'}`)
    const text = `the model server redirects (${status}): its baseUrl has to be the right one`
    return new Error(text, { cause })
  }
  const wait = headers.get('retry-after')
  const unit = /^\d+$/.test(wait ?? '') ? ' s' : ''
  const later = wait === null ? '' : ` (retry after ${wait}${unit})`
  return new Error(`the model server answered ${status}${later}: ${why}`)
}

function wordsOf(body: string): string {
  try {
    const { error } = recordOf(JSON.parse(body))
    if (error !== undefined) return messageOf(error)
  } catch {
    // No JSON: the text itself is the best there is.
  }
  return plain(body).slice(0, ERROR_LENGTH_MAX)
}

/** A page's text without its tags. */
const plain = (text: string): string =>
  text
    .replaceAll(/<[^<>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of bytesOf(response)) {
    bytes += chunk.length
    if (bytes > BODY_BYTES_MAX) {
      throw new Error(`the model server sent more than ${BODY_BYTES_MAX} bytes`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function* bytesOf(response: Response): AsyncGenerator<Uint8Array> {
  if (response.body === null) return
  const reader = response.body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        const text = 'the model server broke the connection in the middle of its answer'
        throw new Error(text, { cause })
      })
      if (done) return
      yield value
    }
  } finally {
    // Who has read enough, or has failed, does not leave the server writing.
    await reader.cancel().catch(() => undefined)
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`the model server sent no JSON: ${plain(text.slice(0, 400)).slice(0, 100)}`)
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
