import { expect, test } from 'vitest'
import { Names } from '../../src/cli/names.ts'
import { describeStep } from '../../src/cli/trace-step.ts'
import type { StepEvent } from '../../src/cli/trace-step.ts'
import { ALICE, BOB, TASK, TRACE } from '../node/control-double.ts'

const names = new Names()
names.add(ALICE, 'alice')
const work = {
  ...{ seq: 0, at: 1, trace: TRACE, span: '0123456789abcdef', parent: 'fedcba9876543210' },
  ...{ task: TASK, skill: 'chat', side: 'executor' as const, peer: BOB }
} as const
const model = {
  ...{ ...work, type: 'model.called' as const, provider: 'ollama', model: 'llama' },
  operation: 'chat' as const,
  ...{ wallMs: 1500, input: 20, output: 5 }
} as const
const operation = { op: 'replace', path: '/plan', bytes: 4 } as const

test.for<[StepEvent, string]>([
  [
    { ...work, type: 'content.part', of: 'input', part: 0, parts: 2, nonce: '', data: '' },
    'input told, encrypted, part 1 of 2'
  ],
  [model, 'model llama done in 1.50 s, 20 + 5 tokens'],
  [{ ...model, cost: 0.02 }, 'model llama done in 1.50 s, 20 + 5 tokens, $0.02'],
  [{ ...work, type: 'tool.called', tool: 'look', wallMs: 3 }, 'tool look done in 3.0 ms'],
  [
    { ...work, type: 'tool.called', tool: 'look', wallMs: 3, error: 'gone' },
    'tool look failed in 3.0 ms: gone'
  ],
  [
    { ...work, type: 'step.ended', kind: 'retrieval', name: 'find', wallMs: 3 },
    'retrieval find done in 3.0 ms'
  ],
  [
    { ...work, type: 'state.changed', operations: [operation, operation], more: 3 },
    'state: replace /plan and 4 more'
  ],
  [
    {
      ...{ ...work, type: 'guard.tripped' as const, guard: 'budget.tokens', reason: 'too many' },
      ...{ limit: 10, value: 12, action: 'stopped' as const }
    },
    'guard budget.tokens stopped: 12 of 10, too many'
  ],
  [
    { ...work, type: 'handoff.offered', handoff: TASK, mode: 'human', to: ALICE },
    'offered to alice (human)'
  ],
  [{ ...work, type: 'handoff.accepted', handoff: TASK }, 'handoff accepted'],
  [
    { ...work, type: 'handoff.ended', handoff: TASK, outcome: 'rejected' },
    'handoff ended: rejected'
  ]
])('%s reads well', ([event, text]) => {
  expect(describeStep(event, names)).toBe(text)
})

test('text that a skill chose stays on its line and in its colour', () => {
  const tool = 'a\u001b[31mb\nc'
  const text = describeStep({ ...work, type: 'tool.called', tool, wallMs: 1 }, names)
  expect(text).not.toContain('\u001b')
  expect(text).not.toContain('\n')
})
