import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runnerEntry } from '../../src/tasks/runner-entry.ts'

describe('the entry of a runner', () => {
  it('lies beside the code that starts it, in the same language', () => {
    expect(basename(runnerEntry())).toBe('sandbox-entry.ts')
    expect(existsSync(runnerEntry())).toBe(true)
  })
})
