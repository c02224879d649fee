import { expect, test } from 'vitest'
import { saidIn } from '../../../web/src/trace/transcript/words.ts'

test.each([
  [
    'messages in parts, as JSON in a text',
    { 'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"text","content":"hi"}]}]' },
    [{ role: 'user', text: 'hi' }]
  ],
  [
    'messages spread over attributes, in their order',
    {
      'gen_ai.completion.0.content': 'bye',
      'gen_ai.completion.0.role': 'assistant',
      'gen_ai.prompt.1.content': 'two',
      'gen_ai.prompt.0.content': 'one',
      'gen_ai.prompt.0.role': 'system'
    },
    [
      { role: 'system', text: 'one' },
      { role: 'input', text: 'two' },
      { role: 'assistant', text: 'bye' }
    ]
  ],
  [
    'any JSON, and any text',
    { 'input.value': '[broken', output: { flight: 7 } },
    [
      { role: 'input', text: '[broken' },
      { role: 'output', text: '{\n  "flight": 7\n}' }
    ]
  ],
  ['nothing where nothing is known', { other: 'x' }, []]
])('%s', (_, attributes, said) => {
  expect(saidIn(attributes)).toEqual(said)
})
