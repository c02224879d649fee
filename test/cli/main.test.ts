import { readFileSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { peerwork, temporary } from './harness.ts'

test('without a command the overview goes to stderr, with exit code 2', async () => {
  const { code, out, err } = await peerwork([])
  expect([code, out]).toEqual([2, ''])
  expect(err).toContain('First steps')
})

test('asked for, help goes to stdout', async () => {
  for (const args of [['--help'], ['help'], ['-h']]) {
    const { code, out, err } = await peerwork(args)
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain('First steps')
  }
})

test('an unknown command is an error with the one that was meant', async () => {
  const { code, err } = await peerwork(['wacth'])
  expect(code).toBe(2)
  expect(err).toContain('there is no command "wacth". Did you mean watch?')
})

test('errors are JSON on stdout when JSON was asked for', async () => {
  const home = temporary('home')
  const { code, json, err } = await peerwork(['tasks', '--home', home, '--json'])
  expect(code).toBe(3)
  expect(err).toBe('')
  expect(json()).toMatchObject({ error: { code: 'NOT_RUNNING', facts: { home } } })
})

test('wrong options are JSON errors too', async () => {
  const { code, json } = await peerwork(['run', '--jsn', '--json'])
  expect(code).toBe(2)
  expect(json()).toMatchObject({ error: { code: 'BAD_OPTION' } })
})

test('global options may stand before the command', async () => {
  const home = temporary('home')
  const { code, json } = await peerwork(['--home', home, '--json', 'id'])
  expect(code).toBe(0)
  expect(json()).toMatchObject({ home, running: false })
})

test.for(['--version', '-V', 'version'])('%s prints the version of the package', async (word) => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  expect((await peerwork([word])).out).toBe(`${manifest.version}\n`)
})

test('the door itself loads no network', () => {
  for (const file of readdirSync('src/cli').filter((name) => name.endsWith('.ts'))) {
    const text = readFileSync(`src/cli/${file}`, 'utf8')
    expect(text).not.toMatch(/^import (?!type).*'\.\.\/node\/agent\.ts'/m)
    expect(text).not.toContain('libp2p/')
  }
})
