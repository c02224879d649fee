import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import chat from '../../../examples/skills/chat.ts'
import { checked, listen } from './context.ts'
import { piece, serveModel, stream } from './model-server.ts'

/** Where nobody listens. */
const CONFIG = { baseUrl: 'http://127.0.0.1:1/v1', model: 'tiny' }
const USAGE = { choices: [], usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 } }

async function ask(
  answer: (response: ServerResponse) => void | Promise<void>,
  given: { input?: unknown; config?: object; secrets?: Record<string, string> } = {}
) {
  await using server = await serveModel(answer)
  const config = await checked(chat.config!, {
    baseUrl: server.url,
    model: 'tiny',
    ...given.config
  })
  const heard = listen({ config, secrets: given.secrets ?? {}, fetch: globalThis.fetch })
  const input = await checked(chat.input, given.input ?? { prompt: 'Hi' })
  const value = await checked(chat.output, await chat.run(input, heard.ctx))
  return { value, heard, request: server.requests[0]! }
}

test('streams each piece as it comes and answers with the whole', async () => {
  const events = [piece('Hel'), piece('lo '), piece('you', 'stop'), USAGE, 'data: [DONE]']
  const { value, heard } = await ask((response) => stream(response, events))
  expect(heard.chunks).toEqual(['Hel', 'lo ', 'you'])
  expect(value).toEqual({
    text: 'Hello you',
    finishReason: 'stop',
    model: 'tiny-1',
    tokens: { prompt: 7, completion: 3, total: 10 }
  })
  expect(heard.tokens).toBe(10)
})

test('tells of the call what the server says of it, and of one that fails', async () => {
  const usage = {
    ...{ prompt_tokens: 7, completion_tokens: 3, total_tokens: 12 },
    prompt_tokens_details: { cached_tokens: 4 },
    completion_tokens_details: { reasoning_tokens: 2 }
  }
  const events = [piece('Hi', 'stop'), { choices: [], usage }, 'data: [DONE]']
  const { heard } = await ask((response) => stream(response, events))
  expect(heard.calls).toEqual([
    {
      ...{ provider: 'openai', model: 'tiny', responseModel: 'tiny-1', finish: 'stop' },
      tokens: { input: 7, output: 3, cacheRead: 4, reasoning: 2 },
      startedMs: expect.any(Number) as number,
      content: {
        ...{ input: { model: 'tiny', messages: [{ role: 'user', content: 'Hi' }] }, output: 'Hi' }
      }
    }
  ])
  expect(heard.tokens).toBe(12)
  const failing = listen({ config: await checked(chat.config!, CONFIG), fetch: globalThis.fetch })
  await expect(chat.run({ prompt: 'Hi' }, failing.ctx)).rejects.toThrow('cannot be reached')
  const content = { input: { messages: [{ content: 'Hi' }] } }
  expect(failing.calls).toMatchObject([{ model: 'tiny', error: 'Error', content }])
})

test('sends the model, the messages and the key, and asks for usage', async () => {
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hi' }
  ]
  const { request } = await ask((response) => stream(response, [piece('a', 'stop')]), {
    input: { messages, temperature: 0.2 },
    secrets: { apiKey: 'sesame' }
  })
  expect(request.headers.authorization).toBe('Bearer sesame')
  expect(request.body).toEqual({
    model: 'tiny',
    messages,
    temperature: 0.2,
    stream: true,
    stream_options: { include_usage: true }
  })
})

test('sends no authorization without a key', async () => {
  const { request } = await ask((response) => stream(response, [piece('a', 'stop')]))
  expect(request.headers.authorization).toBeUndefined()
})

test('lets a requester shorten the answer but not pass the limit of the operator', async () => {
  const answer = (response: ServerResponse) => stream(response, [piece('a', 'stop')])
  const more = { config: { maxTokens: 50 }, input: { prompt: 'Hi', maxTokens: 900 } }
  const less = { config: { maxTokens: 50 }, input: { prompt: 'Hi', maxTokens: 9 } }
  expect((await ask(answer, more)).request.body).toMatchObject({ max_tokens: 50 })
  expect((await ask(answer, less)).request.body).toMatchObject({ max_tokens: 9 })
})

test('understands a stream that is cut anywhere, also inside a character', async () => {
  const events = [': keep-alive', piece('Grüße 👋 '), piece('日本', 'stop'), USAGE, 'data: [DONE]']
  for (const end of ['\n', '\r\n', '\r']) {
    const { value } = await ask((response) => stream(response, events, { size: 1, end }))
    expect(value.text).toBe('Grüße 👋 日本')
    expect(value.tokens.total).toBe(10)
  }
})

test('accepts an answer in one piece from a server that does not stream', async () => {
  const { value, heard } = await ask((response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const message = { role: 'assistant', content: 'All at once.' }
    const usage = { prompt_tokens: 2, completion_tokens: 4 }
    response.end(JSON.stringify({ choices: [{ message, finish_reason: 'length' }], usage }))
  })
  expect(value).toMatchObject({ text: 'All at once.', finishReason: 'length', model: 'tiny' })
  expect(value.tokens.total).toBe(6)
  expect(heard.chunks).toEqual(['All at once.'])
})

test('passes on the error that a server reports in the middle of a stream', async () => {
  const events = [piece('Hel'), { error: { message: 'out of GPU memory', code: 500 } }]
  await expect(ask((response) => stream(response, events))).rejects.toThrow('out of GPU memory')
})

test('tells a broken stream from a finished one', async () => {
  await expect(ask((response) => stream(response, [piece('Hel')]))).rejects.toThrow('in the middle')
  const { value } = await ask((response) => stream(response, [piece('Hel'), 'data: [DONE]']))
  expect(value.finishReason).toBe('stop')
})

test.each([
  [
    429,
    { 'retry-after': '20' },
    '{"error":{"message":"slow down"}}',
    /429 \(retry after 20 s\): slow down/
  ],
  [404, {}, '{"error":"model tiny not found, try pulling it first"}', /404.*not found/],
  [503, {}, '<h1>Loading\n<b>model</b></h1>', /503: Loading model$/],
  [500, {}, '', /500.*no reason given/]
])('answers %i with the words of the server', async (status, headers, body, words) => {
  const refuse = (response: ServerResponse): void => {
    response.writeHead(status, headers).end(body)
  }
  await expect(ask(refuse)).rejects.toThrow(words)
})

test.each([
  [{ apiKey: 'sk-sesame' }, 'the model server refused this agent (401): it minds the key'],
  [{}, 'the model server refused this agent (401): the operator gave it no key']
])('keeps to itself what a server says of the key (%j)', async (secrets, words) => {
  const refuse = (response: ServerResponse): void => {
    response.writeHead(401).end('{"error":{"message":"no such key: sk-sesame"}}')
  }
  const error: unknown = await ask(refuse, { secrets }).catch((thrown: unknown) => thrown)
  expect((error as Error).message).toBe(`${words}, the secret apiKey`)
})

test('tells where the server is and what is wrong there to its operator alone', async () => {
  const heard = listen({ config: await checked(chat.config!, CONFIG), fetch: globalThis.fetch })
  const error: unknown = await Promise.resolve(chat.run({ prompt: 'Hi' }, heard.ctx)).catch(
    (thrown: unknown) => thrown
  )
  expect((error as Error).message).toBe('the model server of this agent cannot be reached')
  expect(heard.logged).toEqual([
    expect.stringMatching(/^http:\/\/127\.0\.0\.1:1\/v1\/chat\/completions: .* reached: ./)
  ])
})

test('says that a server hung up in the middle', async () => {
  const hangUp = async (response: ServerResponse): Promise<void> => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`data: ${JSON.stringify(piece('Hel'))}\n\n`)
    await new Promise((resolve) => setTimeout(resolve, 20))
    response.destroy()
  }
  await expect(ask(hangUp)).rejects.toThrow(
    'the model server broke the connection in the middle of its answer'
  )
})

test('does not follow a redirect: the question would be lost on the way', async () => {
  const redirect = (response: ServerResponse): void => {
    response.writeHead(302, { location: '/elsewhere' }).end()
  }
  await expect(ask(redirect)).rejects.toThrow('redirects (302)')
})

test('passes on a large piece in pieces that fit, and ends an answer that never does', async () => {
  const text = `${'a'.repeat(32 * 1024 - 1)}👋${'b'.repeat(100_000)}`
  const { heard, value } = await ask((response) => stream(response, [piece(text, 'stop')]))
  const said = heard.chunks as string[]
  expect(said.map((part) => part.length)).toEqual([...[32_767, 32_768, 32_768, 32_768, 1698]])
  expect(said.join('')).toBe(text)
  expect(value.text).toBe(text)
  const endless = Array.from({ length: 50 }, () => piece('x'.repeat(100_000)))
  await expect(ask((response) => stream(response, endless))).rejects.toThrow(
    'the answer is longer than 4194304 characters'
  )
})

test('gives up on a server that goes silent', async () => {
  const silent = (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
  }
  await expect(ask(silent, { config: { timeoutMs: 50 } })).rejects.toThrow(
    'has not answered within 50 ms'
  )
})

test('may reach the configured host and no other', async () => {
  const hosts = chat.hosts as (config: unknown) => string[]
  expect(hosts({ baseUrl: 'http://127.0.0.1:11434/v1', model: 'm' })).toEqual(['127.0.0.1:11434'])
  expect(hosts({ baseUrl: 'https://llm.example.org/v1', model: 'm' })).toEqual(['llm.example.org'])
  await expect(checked(chat.config!, { baseUrl: 'file:///etc', model: 'm' })).rejects.toThrow()
  await expect(checked(chat.config!, { baseUrl: '::', model: 'm' })).rejects.toThrow('Invalid URL')
  for (const baseUrl of ['http://me:sesame@127.0.0.1/v1', 'http://127.0.0.1/v1?key=sesame']) {
    await expect(checked(chat.config!, { baseUrl, model: 'm' })).rejects.toThrow('secret apiKey')
  }
})
