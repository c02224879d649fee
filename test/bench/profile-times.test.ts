import { expect, test } from 'vitest'
import { timesOf } from '../../bench/profile-times.ts'
import type { Profile } from '../../bench/profile-times.ts'

const frame = (functionName: string, url: string) => ({ functionName, url, lineNumber: 0 })
const profile: Profile = {
  nodes: [
    { id: 1, callFrame: frame('(root)', ''), children: [2, 5] },
    { id: 2, callFrame: frame('serve', 'file:///x/src/node/serve.ts'), children: [3, 4] },
    { id: 3, callFrame: frame('encode', 'file:///x/node_modules/@a/b/index.js') },
    { id: 4, callFrame: frame('sign', '') },
    { id: 5, callFrame: frame('(idle)', '') }
  ],
  samples: [3, 4, 2, 5, 3],
  timeDeltas: [0, 10, 10, 10, 10],
  startTime: 1000
}

test('time goes to the function that ran, and to its callers in our own code', () => {
  const { self, places, inclusive } = timesOf(profile, { beganUs: 1000, endedUs: 2000 })
  expect(Object.fromEntries(self)).toEqual({
    'encode index.js:1': 10,
    sign: 10,
    'serve serve.ts:1': 10
  })
  expect(Object.fromEntries(places)).toEqual({ '@a/b': 10, node: 10, 'node/serve.ts': 10 })
  expect(Object.fromEntries(inclusive)).toEqual({ 'serve serve.ts:1': 30 })
})

test('what ran before and after the stretch does not count', () => {
  const { self } = timesOf(profile, { beganUs: 1005, endedUs: 1015 })
  expect([...self.keys()]).toEqual(['sign'])
})
