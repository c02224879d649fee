import { expect, test } from 'vitest'
import { peerwork } from '../harness.ts'

test('JSON has what a bug report needs', async () => {
  const { json } = await peerwork(['version', '--json'])
  expect(json()).toEqual({
    peerwork: expect.stringMatching(/^\d+\.\d+\.\d+/) as unknown,
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`
  })
})
