import { expect, test } from 'vitest'
import { observed, TRACE } from '../observed.ts'
import { BROKEN_RUN } from '../samples.ts'

const OTHER = 'cd'.repeat(16)

test('two runs are compared, and where the second went another way stands first', async () => {
  await using it = await observed()
  const [root, child] = BROKEN_RUN
  await it.tell(...BROKEN_RUN)
  const { error: _, ...well } = child
  await it.tell({ ...root, trace: OTHER }, { ...well, trace: OTHER, status: 'ok' })
  const key = it.key(['read'])
  const answer = await it.ask(`/api/v1/traces/${TRACE}/diff/${OTHER}`, { key })
  expect(answer.json()).toMatchObject({
    divergence: { what: 'status', before: 'error: TOOL_FAILED', after: 'ok' }
  })
  const none = await it.ask(`/api/v1/traces/${TRACE}/diff/${'ef'.repeat(16)}`, { key })
  expect(none.status).toBe(404)
})
