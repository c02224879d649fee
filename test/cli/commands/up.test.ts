import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { peerwork } from '../harness.ts'
import { begin, expectPlain, run, until, up, world } from '../processes.ts'

test('two agents meet, tell of each other, and drain on SIGTERM and on Ctrl-C', async () => {
  const where = world()
  await using alice = await up(where, 'alice', '--skill', 'skills/shout.ts', '--open')
  await using bob = await up(where, 'bob', '--bootstrap', alice.address)
  const joined = expect.objectContaining({ type: 'joined' }) as unknown
  await expect.poll(() => alice.events, { timeout: 10_000 }).toContainEqual(joined)
  await expect.poll(() => bob.events, { timeout: 10_000 }).toContainEqual(joined)
  expect(await bob.stop('SIGTERM')).toBe(0)
  const left = expect.objectContaining({ type: 'left' }) as unknown
  await expect.poll(() => alice.events, { timeout: 10_000 }).toContainEqual(left)
  expect(await alice.stop('SIGINT')).toBe(0)
  expect(alice.events.at(-1)).toEqual({ type: 'stopped' })
})

test('a second Ctrl-C does not wait for running tasks', async () => {
  const where = world()
  await using alice = await up(where, 'alice', '--skill', 'skills/drip.ts', '--open')
  const network = ['--preset', 'loopback', '--bootstrap', alice.address]
  const input = '{"text":"drop","forever":true}'
  const task = begin(where, ['run', 'drip', '--name', 'bob', '--input', input, ...network])
  await until(task, 'stderr', 'drop ')
  alice.child.kill('SIGINT')
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(alice.child.exitCode).toBeNull()
  expect(await alice.stop('SIGINT')).toBe(130)
})

test('the start screen tells who it is, who may submit and how others join', async () => {
  const where = world()
  const child = begin(where, ['up', '--name', 'alice', '--preset', 'loopback'])
  let screen = ''
  child.stderr?.on('data', (data: Buffer) => (screen += data.toString()))
  await until(child, 'stderr', 'peerwork up --bootstrap /ip4/127.0.0.1/tcp/')
  expect(screen).toContain('● alice is up')
  expect(screen).toContain('nobody: let someone in with --allow <peer id>')
  expectPlain(screen)
})

test('a start that takes long says so', async () => {
  const where = world()
  writeFileSync(join(where.cwd, 'skills', 'endless.ts'), 'for (;;);')
  const child = begin(where, ['up', '--preset', 'loopback', '--skill', 'skills/endless.ts'])
  await until(child, 'stderr', 'still starting … a skill may take 30 s to load')
})

test('an open agent warns loudly', async () => {
  const child = begin(world(), ['up', '--preset', 'loopback', '--open'])
  await until(child, 'stderr', ' OPEN  Everybody who can reach this agent may run its skills.')
})

test('a second agent in the same home is refused', async () => {
  const where = world()
  await using _first = await up(where, 'alice')
  const { code, err, out } = await run(where, ['up', '--name', 'alice', '--preset', 'loopback'])
  expect(code).toBe(1)
  expect(out).toBe('')
  expect(err).toContain('error HOME_IN_USE')
  expect(err).toContain('hint: ')
})

test.for([
  [['--capacity', '0'], '--capacity is a whole number from 1'],
  [['--queue', 'many'], '--queue is a whole number from 0'],
  [['--min-isolation', 'vm'], '--min-isolation is one of process, os'],
  [['--skill-config', 'missing.json'], 'cannot read the skill configuration'],
  [['--passphrase-file', 'missing'], 'cannot read the passphrase'],
  [['--skill', 'missing.ts'], 'missing.ts']
] as const)('%j is refused before anything starts', async ([args, message]) => {
  const { env, cwd } = world()
  const strings = Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, value ?? ''])
  )
  const { code, err } = await peerwork(['up', '--preset', 'loopback', ...args], {
    env: strings,
    cwd
  })
  expect(code).toBeGreaterThan(0)
  expect(err).toContain(message)
})
