import { readFileSync } from 'node:fs'
import { createAgent } from 'peerwork'
import type { Agent, SkillSource } from 'peerwork'
import { expect, test } from 'vitest'
import { piece, serveModel, stream } from './model-server.ts'

const skill = (name: string): string =>
  new URL(`../../../examples/skills/${name}.ts`, import.meta.url).href

async function offering(
  skills: readonly (string | SkillSource)[],
  body: (bob: Agent, alice: Agent) => Promise<void>
): Promise<void> {
  await using bob = await createAgent({ preset: 'loopback' })
  await using alice = await createAgent({ preset: 'loopback', skills, allow: [bob.id] })
  await bob.connect(alice.addresses[0] ?? '')
  await body(bob, alice)
}

test('analyse-text loads its model inside the sandbox and reads a document', async () => {
  const letter = new URL('../../../examples/mvp-demo/letter.md', import.meta.url)
  await offering([skill('analyse-text')], async (bob, alice) => {
    const text = readFileSync(letter, 'utf8')
    const { value, by } = await bob.run('analyse-text', { text })
    expect(value).toMatchObject({ sentences: { count: 14 } })
    expect(by).toBe(alice.id)
    await expect(bob.run('analyse-text', { text, language: 'de' })).rejects.toMatchObject({
      code: 'INPUT_INVALID'
    })
  })
})

test('chat reaches the configured server on a private address, and streams', async () => {
  await using server = await serveModel((response) =>
    stream(response, [piece('Hel'), piece('lo', 'stop'), 'data: [DONE]'])
  )
  const source: SkillSource = {
    file: skill('chat'),
    config: { baseUrl: server.url, model: 'tiny' },
    secrets: { apiKey: 'sesame' }
  }
  await offering([source], async (bob) => {
    const task = bob.submit('chat', { prompt: 'Hi' })
    const chunks: unknown[] = []
    for await (const event of task) if (event.type === 'chunk') chunks.push(event.value)
    expect(chunks).toEqual(['Hel', 'lo'])
    expect((await task.result).value).toMatchObject({ text: 'Hello', model: 'tiny-1' })
    expect(server.requests[0]?.headers.authorization).toBe('Bearer sesame')
  })
})

test('chat without a model server in its configuration is refused at the start', async () => {
  const start = createAgent({ preset: 'loopback', skills: [skill('chat')] })
  await expect(start).rejects.toMatchObject({ code: 'SKILL_INVALID' })
})

test('fetch-page reads a private host that its operator wrote out, and nothing else', async () => {
  await using server = await serveModel((response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Intranet</title>')
  })
  const { host } = new URL(server.url)
  const source = { file: skill('fetch-page'), config: { hosts: [host] } }
  await offering([source], async (bob) => {
    const { value } = await bob.run('fetch-page', { url: `http://${host}/` })
    expect(value).toMatchObject({ title: 'Intranet' })
    for (const url of ['http://127.0.0.1:1/', 'https://example.org/']) {
      await expect(bob.run('fetch-page', { url })).rejects.toMatchObject({ code: 'HOST_DENIED' })
    }
  })
})

test('fetch-page cannot be sent to a private address', async () => {
  await using server = await serveModel((response) => void response.end('secret'))
  const { port } = new URL(server.url)
  await offering([skill('fetch-page')], async (bob) => {
    const places = [`http://127.0.0.1:${port}/`, `http://localhost:${port}/`, 'http://10.0.0.1/']
    for (const url of places) {
      await expect(bob.run('fetch-page', { url })).rejects.toMatchObject({ code: 'HOST_DENIED' })
    }
    expect(server.requests).toEqual([])
  })
})
