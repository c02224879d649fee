import { Document } from '@langchain/core/documents'
import { AIMessage } from '@langchain/core/messages'
import { BaseChatModel } from '@langchain/core/language_models/chat_models'
import type { ChatResult } from '@langchain/core/outputs'
import { StringOutputParser, JsonOutputParser } from '@langchain/core/output_parsers'
import { BaseRetriever } from '@langchain/core/retrievers'
import { RunnableLambda, RunnableSequence } from '@langchain/core/runnables'
import { tool } from '@langchain/core/tools'
import { FakeListChatModel, FakeLLM, FakeStreamingChatModel } from '@langchain/core/utils/testing'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { langchainHandler } from '../../src/trace/langchain.ts'
import { shape, traced } from './traced.ts'

const PROMPT = 'tell me of the secret garden'
const ANSWER = 'roses grow there'

class Shelf extends BaseRetriever {
  lc_namespace = ['test']
  override _getRelevantDocuments(): Promise<Document[]> {
    return Promise.resolve([new Document({ pageContent: ANSWER })])
  }
}

/** A model whose answers say what they used, as those of providers do. */
class Counted extends BaseChatModel {
  override _llmType(): string {
    return 'counted'
  }
  override _generate(): Promise<ChatResult> {
    const message = new AIMessage({
      content: ANSWER,
      response_metadata: { model_name: 'gpt-4o-2024-08-06', finish_reason: 'stop' }
    })
    const usage = {
      ...{ input_tokens: 1_000, output_tokens: 100, total_tokens: 1_100 },
      input_token_details: { cache_read: 50 },
      output_token_details: { reasoning: 10 }
    }
    Object.assign(message, { usage_metadata: usage })
    return Promise.resolve({ generations: [{ text: ANSWER, message }] })
  }
}

test('a chain of a retriever, a model and a tool is one tree, without content', async () => {
  const { tracer, trees, span, everything, losses } = await traced()
  const shout = tool(({ text }) => text.toUpperCase(), {
    ...{ name: 'shout', description: 'louder', schema: z.object({ text: z.string() }) }
  })
  const model = new Counted({})
  const shelf = new Shelf()
  const chain = RunnableSequence.from([
    RunnableLambda.from(async (question: string, config) => {
      await shelf.invoke(question, config)
      return question
    }).withConfig({ runName: 'look up' }),
    model,
    new StringOutputParser(),
    RunnableLambda.from((text: string, config) => shout.invoke({ text }, config)).withConfig({
      runName: 'act'
    })
  ]).withConfig({ runName: 'garden' })
  const answer = await chain.invoke(PROMPT, { callbacks: [langchainHandler(tracer)] })
  expect(answer).toBe(ANSWER.toUpperCase())
  const [root, ...others] = await trees()
  expect(others).toEqual([])
  expect(root && shape(root)).toBe(
    'garden ok (look up ok (Shelf ok), Counted ok, StrOutputParser ok, act ok (shout ok))'
  )
  expect(root?.kind).toBe('workflow')
  const kinds = root?.children.flatMap((node) => [node.kind, ...node.children.map((n) => n.kind)])
  expect(kinds).toEqual(['step', 'retrieval', 'model', 'step', 'step', 'tool'])
  const trace = root?.trace ?? ''
  const called = await span(trace, root?.children[1]?.span ?? '')
  expect(called).toMatchObject({
    ...{ model: 'gpt-4o-2024-08-06', status: 'ok', attributes: { finish_reason: 'stop' } },
    tokens: { input: 1_000, output: 100, cacheRead: 50, reasoning: 10 }
  })
  const all = await everything(trace)
  expect(all).not.toContain('secret')
  expect(all.toLowerCase()).not.toContain('roses')
  expect(losses).toEqual([])
})

test('with content told, prompts and answers stand at their spans', async () => {
  const { tracer, trees, span } = await traced()
  const model = new FakeListChatModel({ responses: [ANSWER] })
  await model.invoke(PROMPT, { callbacks: [langchainHandler(tracer, { content: true })] })
  const [root] = await trees()
  expect(root?.kind).toBe('model')
  const { attributes } = await span(root?.trace ?? '', root?.span ?? '')
  const told = attributes as Record<string, string>
  expect(told['input.value']).toContain(PROMPT)
  expect(told['output.value']).toContain(ANSWER)
})

test('an error stands at its span and all above, and what quotes an answer does not', async () => {
  const { tracer, trees, everything } = await traced()
  const callbacks = [langchainHandler(tracer)]
  const broken = tool(() => Promise.reject(new Error('no flights')), {
    ...{ name: 'book', description: 'books', schema: z.object({ to: z.string() }) }
  })
  const act = RunnableLambda.from((to: string, config) => broken.invoke({ to }, config))
  await expect(act.withConfig({ runName: 'act' }).invoke('Rome', { callbacks })).rejects.toThrow()
  const parsed = new FakeListChatModel({ responses: [ANSWER] }).pipe(new JsonOutputParser())
  await expect(
    parsed.withConfig({ runName: 'parse' }).invoke(PROMPT, { callbacks })
  ).rejects.toThrow(ANSWER)
  const thrown = new FakeListChatModel({ responses: [ANSWER] })
  await expect(thrown.invoke(PROMPT, { callbacks, thrownErrorString: 'quota' })).rejects.toThrow()
  const roots = await trees()
  expect(roots.map(shape)).toEqual([
    'act error (book error)',
    'parse error (FakeListChatModel ok, JsonOutputParser error)',
    'FakeListChatModel error'
  ])
  expect(roots[0]?.children[0]?.error).toBe('Error: no flights')
  expect(roots[2]?.error).toBe('Error: quota')
  expect(roots[1]?.error).toContain('left out')
  const all = await Promise.all(roots.map(({ trace }) => everything(trace)))
  expect(all.join()).not.toContain('roses')
})

test('calls at once keep apart, older models count too, and a parent can be given', async () => {
  const { tracer, trees } = await traced()
  const parent = tracer.start('app')
  const callbacks = [langchainHandler(tracer, { parent })]
  const llm = new FakeLLM({ response: ANSWER })
  const slow = new FakeListChatModel({ responses: [ANSWER], sleep: 30 })
  const two = [1, 2].map((at) =>
    slow
      .pipe(new StringOutputParser())
      .withConfig({ runName: `call ${at}`, callbacks })
      .invoke('')
  )
  await Promise.all([...two, llm.invoke(PROMPT, { callbacks })])
  const streaming = new FakeStreamingChatModel({ responses: [new AIMessage(ANSWER)] })
  for await (const _ of await streaming.stream(PROMPT, { callbacks })) void _
  parent.end()
  const roots = await trees()
  expect(roots).toHaveLength(1)
  expect(roots[0]?.children.map(shape).toSorted()).toEqual([
    'FakeLLM ok',
    'FakeStreamingChatModel ok',
    'call 1 ok (FakeListChatModel ok, StrOutputParser ok)',
    'call 2 ok (FakeListChatModel ok, StrOutputParser ok)'
  ])
})
