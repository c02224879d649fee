import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { peerwork, temporary } from '../harness.ts'

test('a skill file is written, once', async () => {
  const cwd = temporary('new')
  const made = await peerwork(['new', 'skill', 'shout', '--json'], { cwd })
  expect(made.json()).toEqual({ file: join(cwd, 'shout.ts'), skill: 'shout' })
  expect(readFileSync(join(cwd, 'shout.ts'), 'utf8')).toContain(`name: 'shout'`)
  const again = await peerwork(['new', 'skill', 'shout'], { cwd })
  expect(again.code).toBe(2)
  expect(again.err).toContain('is there already')
})

test('what to do next is told', async () => {
  const { err } = await peerwork(['new', 'skill', 'shout'], { cwd: temporary('new') })
  expect(err).toContain('peerwork up --skill ./shout.ts --open')
  expect(err).toContain('peerwork run shout')
})

test('other things cannot be made', async () => {
  const { code, err } = await peerwork(['new', 'skil', 'shout'])
  expect(code).toBe(2)
  expect(err).toContain('"skil" is not skill. Did you mean skill?')
})

test('a folder that holds the keys gets a folder for skills', async () => {
  const cwd = temporary('new')
  const world = { cwd, env: { XDG_DATA_HOME: join(cwd, '.local', 'share') } }
  const { json } = await peerwork(['new', 'skill', 'shout', '--json'], world)
  expect(json()).toEqual({ file: join(cwd, 'skills', 'shout.ts'), skill: 'shout' })
})
