import { expect, test } from 'vitest'
import { whereItBroke } from '../../../src/observer/query/trace-view.ts'
import { spanOf } from './samples.ts'

const error = { code: 'TOOL_FAILED', message: 'no' }

test('where it broke is below everything that failed with it', () => {
  const failed = whereItBroke([
    spanOf('root', [0, 9], { status: 'error' }),
    spanOf('well', [1, 2], { parent: 'root' }),
    spanOf('cause', [3, 8], { parent: 'root', status: 'error', error, agent: 'bob' }),
    spanOf('canceled', [4, 5], { parent: 'cause', status: 'canceled' })
  ])
  expect(failed).toEqual([{ span: 'cause', name: 'cause', agent: 'bob', error }])
})

test('who failed without a word is shown all the same', () => {
  const [failed] = whereItBroke([spanOf('a', [0, 1], { status: 'error' })])
  expect(failed?.error).toEqual({ code: 'ERROR', message: 'failed without saying why' })
})
