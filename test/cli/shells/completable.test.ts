import { expect, test } from 'vitest'
import { takesPath } from '../../../src/cli/shells/completable.ts'

test('files and directories are paths, other values are not', () => {
  expect(takesPath({ type: 'string', value: '<file>', about: '' })).toBe(true)
  expect(takesPath({ type: 'string', value: '<dir>', about: '' })).toBe(true)
  expect(takesPath({ type: 'string', value: '<peer>', about: '' })).toBe(false)
})
