import { expect, test } from 'vitest'
import { toLogLevels } from '../../src/node/log-levels.ts'

test.for([
  ['debug', { level: 'debug', rooms: {} }],
  ['info,node=debug', { level: 'info', rooms: { node: 'debug' } }],
  ['tasks=trace, node=silent', { level: 'warn', rooms: { tasks: 'trace', node: 'silent' } }]
] as const)('%s', ([text, levels]) => {
  expect(toLogLevels(text)).toEqual(levels)
})

test.for([
  '',
  'loud',
  'info,debug',
  'kitchen=debug',
  'node=loud',
  'node=debug=x',
  'constructor=info'
])('"%s" is refused with what there is', (text) => {
  expect(() => toLogLevels(text)).toThrow(
    expect.objectContaining({
      code: 'BAD_OPTION',
      message: expect.stringMatching(/silent, error, warn.*node, tasks/) as unknown
    })
  )
})
