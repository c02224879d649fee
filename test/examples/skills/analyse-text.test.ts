import { expect, test } from 'vitest'
import analyse from '../../../examples/skills/analyse-text.ts'
import { checked, listen } from './context.ts'

const README = `# Lighthouse

[![build](https://example.org/badge.svg)](https://example.org/build)

Lighthouse is a **wonderful** tool. It was made in 2019 by three keepers. The old lamp was a
terrible failure, and the keepers hated it. See <a href="https://example.org">the story</a>.

\`\`\`sh
npm install lighthouse --zebra
\`\`\`

- The signal lamp turns every ten seconds.
- A signal lamp costs $40.
`

async function run(given: { text: string; maxTerms?: number }) {
  const heard = listen({ config: null })
  const answer = await analyse.run(await checked(analyse.input, given), heard.ctx)
  return { value: await checked(analyse.output, answer), heard }
}

test('counts the sentences and words of the prose, not of the markup or the code', async () => {
  const { value } = await run({ text: README })
  expect(value.sentences.count).toBe(7)
  expect(value.sentences.longest).toBe(
    'The old lamp was a terrible failure, and the keepers hated it.'
  )
  expect(value.words.count).toBe(39)
  expect(JSON.stringify(value)).not.toMatch(/zebra|badge|href/)
})

test('finds entities with their types', async () => {
  const { value } = await run({ text: README })
  expect(value.entities.list).toContainEqual({ type: 'MONEY', value: '$40', count: 1 })
  expect(value.entities.list).toContainEqual({ type: 'DATE', value: '2019', count: 1 })
})

test('names parts of speech, the most frequent first', async () => {
  const { value } = await run({ text: README })
  expect(value.partsOfSpeech['NOUN']).toBeGreaterThan(5)
  const counts = Object.values(value.partsOfSpeech)
  expect(counts).toEqual([...counts].sort((a, b) => b - a))
})

test('tells the most positive from the most negative sentence', async () => {
  const { value } = await run({ text: README })
  expect(value.sentiment.mostPositive?.text).toBe('Lighthouse is a wonderful tool.')
  expect(value.sentiment.mostPositive?.score).toBeGreaterThan(0)
  expect(value.sentiment.mostNegative?.text).toContain('terrible failure')
  expect(value.sentiment.mostNegative?.score).toBeLessThan(0)
})

test('ranks a phrase above the words inside it, and counts its inflections together', async () => {
  const text = 'The signal lamp is red. We saw a signal lamp and a signal.'
  const { value } = await run({ text, maxTerms: 3 })
  expect(value.keyTerms[0]).toMatchObject({ term: 'signal lamp', count: 2 })
  const { value: plural } = await run({
    text: 'Red lamps glow. A red lamp glows. Red lamps shine.'
  })
  expect(plural.keyTerms[0]).toMatchObject({ term: 'Red lamps', count: 3 })
})

test('finds simple prose easier than dense prose', async () => {
  const simple = await run({ text: 'The cat sat on the mat. The dog ran to the cat. They played.' })
  const dense = await run({
    text: 'Organisational interoperability necessitates comprehensive institutional deliberation.'
  })
  expect(simple.value.readability.ease).toBeGreaterThan(90)
  expect(simple.value.readability.level).toBe('very easy')
  expect(dense.value.readability.ease).toBeLessThan(0)
  expect(dense.value.readability.grade).toBeGreaterThan(20)
})

test('answers for a text without a word', async () => {
  for (const text of ['', '!!!', '\n\n---\n', '```\ncode\n```']) {
    const { value } = await run({ text })
    expect(value.words.count).toBe(0)
    expect(value.readability.ease).toBeNull()
    expect(value.sentiment.score).toBe(0)
    expect(value.keyTerms).toEqual([])
  }
})

test('reports progress stage by stage, never backwards, and ends at 1', async () => {
  const { heard } = await run({ text: README.repeat(200) })
  const fractions = heard.progress.map(({ fraction }) => fraction ?? 0)
  expect(fractions.length).toBeGreaterThan(5)
  expect(fractions).toEqual([...fractions].sort((a, b) => a - b))
  expect(fractions.at(-1)).toBe(1)
  expect(heard.progress[0]?.message).toContain('markup')
  expect(heard.progress.at(-1)?.message).toContain('key terms')
})

test('stops between two pieces of a long text when it is canceled', async () => {
  const canceled = new AbortController()
  const heard = listen({
    config: null,
    signal: canceled.signal,
    onProgress: () => {
      if (heard.progress.length === 3) canceled.abort(new Error('enough'))
    }
  })
  const text = README.repeat(500)
  await expect(analyse.run({ text, language: 'en', maxTerms: 10 }, heard.ctx)).rejects.toThrow(
    'enough'
  )
  expect(heard.progress).toHaveLength(3)
})

test('refuses another language, a text above a mebibyte and too many terms', async () => {
  for (const given of [
    { text: 'Guten Tag.', language: 'de' },
    { text: 'a'.repeat(1024 * 1024 + 1) },
    { text: 'a', maxTerms: 51 }
  ]) {
    await expect(checked(analyse.input, given)).rejects.toThrow()
  }
})

test('is not slowed down by words without end, which cost the tokenizer minutes', async () => {
  const { value } = await run({ text: `${'x'.repeat(1_000_000)} is a very long word.` })
  expect(value.words.count).toBe(5)
})
