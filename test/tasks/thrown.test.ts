import { describe, expect, it } from 'vitest'
import { describeLoadFailure, describeThrown } from '../../src/tasks/thrown.ts'

const FILE = 'file:///skills/mine.ts'
const failed = (message: string, stack: string, facts: object = {}): Error =>
  Object.assign(new Error(message), { stack, ...facts })

describe('why a skill file could not be imported', () => {
  it('names the line of the file, or of a part of it', () => {
    const own = 'Error: no\n    at file:///skills/mine.ts:7:3\n    at node:internal/x:1:2'
    expect(describeLoadFailure(failed('no', own), FILE)).toBe('line 7: no')
    const part = 'Error: no\n    at f (file:///skills/lib/part.ts:2:1)\n' + own
    expect(describeLoadFailure(failed('no', part), FILE)).toBe('lib/part.ts, line 2: no')
  })

  it('names no line of a package, of the agent, or where none is known', () => {
    const stack =
      'Error: no\n    at file:///skills/node_modules/a/b.js:1:1\n    at file:///x/y.ts:1'
    expect(describeLoadFailure(failed('no', stack), FILE)).toBe('no')
    expect(describeLoadFailure('text', FILE)).toBe('the skill threw text')
  })
})

it('says what the sandbox does not allow, and no flag of Node', () => {
  const denied = failed('Use --allow-child-process', '', {
    ...{ code: 'ERR_ACCESS_DENIED', permission: 'ChildProcess', resource: '' }
  })
  expect(describeThrown(denied)).toBe('the sandbox does not allow a skill ChildProcess')
})
