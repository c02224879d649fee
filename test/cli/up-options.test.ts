import { expect, test } from 'vitest'
import { NETWORKING } from '../../src/cli/command.ts'
import { UP_OPTIONS } from '../../src/cli/up-options.ts'

test('up understands everything that finds peers, and says of each option what it is for', () => {
  expect(UP_OPTIONS).toMatchObject(NETWORKING)
  for (const { about } of Object.values(UP_OPTIONS)) expect(about).not.toBe('')
})
