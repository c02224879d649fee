import { expect, test } from 'vitest'
import { peerwork } from '../harness.ts'

test('help of a command is the same as its --help', async () => {
  const [one, other] = [await peerwork(['help', 'run']), await peerwork(['run', '--help'])]
  expect(one.out).toBe(other.out)
  expect(one.out).toContain('--deadline <time>')
})

test('help as JSON can feed other tools', async () => {
  const all = await peerwork(['help', '--json'])
  expect(all.json()).toHaveProperty('commands.run')
  const { json } = await peerwork(['help', 'run', '--json'])
  expect(json()).toMatchObject({ name: 'run', options: { to: { type: 'string' } } })
})

test('help for a command that is none suggests one', async () => {
  const { code, err } = await peerwork(['help', 'skils'])
  expect(code).toBe(2)
  expect(err).toContain('Did you mean skills?')
})
