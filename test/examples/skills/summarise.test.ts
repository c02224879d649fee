import { expect, test } from 'vitest'
import summarise from '../../../examples/skills/summarise.ts'
import { checked, listen } from './context.ts'

async function run(given: { text: string; sentences?: number }) {
  const heard = listen({ config: null })
  const answer = await summarise.run(await checked(summarise.input, given), heard.ctx)
  return { value: await checked(summarise.output, answer), heard }
}

const TEXT =
  'The lighthouse guides ships at night. It has rained since early morning. Ships at sea look ' +
  'for the lighthouse. The keeper of the lighthouse eats dry bread. Ships rest.'

test('takes the sentences whose words come up most, and streams each', async () => {
  const { value, heard } = await run({ text: TEXT, sentences: 2 })
  expect(value.summary[0]).toBe('The lighthouse guides ships at night.')
  expect(value.of).toBe(4)
  expect(heard.chunks).toEqual(value.summary)
})

test('does not say the same thing twice', async () => {
  const said = 'The old lamp turns slowly around. '
  const { value } = await run({ text: `${said.repeat(3)}A grey cat sleeps all day.`, sentences: 2 })
  expect(value.summary).toEqual([said.trim(), 'A grey cat sleeps all day.'])
})

test('answers with what there is when the text is short, or empty', async () => {
  expect((await run({ text: TEXT, sentences: 20 })).value.summary).toHaveLength(4)
  expect((await run({ text: '# Hi' })).value).toEqual({ summary: [], of: 0 })
})
