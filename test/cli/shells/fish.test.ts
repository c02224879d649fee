import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { completables } from '../../../src/cli/commands/completion.ts'
import { fishCompletion } from '../../../src/cli/shells/fish.ts'
import { COMMANDS } from '../../../src/cli/table.ts'
import { temporary } from '../harness.ts'

const installed = spawnSync('fish', ['--version']).status === 0

test.runIf(installed)('fish offers commands, options and choices', async () => {
  const home = temporary('fish')
  const file = join(home, 'peerwork.fish')
  writeFileSync(file, fishCompletion(await completables(COMMANDS)))
  const offers = (line: string): string[] => {
    const ask = `source ${file}; complete -C '${line}'`
    const options = { encoding: 'utf8', env: { ...process.env, HOME: home } } as const
    const { stdout, stderr, status } = spawnSync('fish', ['--private', '-c', ask], options)
    expect([status, stderr]).toEqual([0, ''])
    return stdout.split('\n').map((text) => text.split('\t')[0] ?? '')
  }
  expect(offers('peerwork wa')).toContain('watch')
  expect(offers('peerwork run --dead')).toContain('--deadline')
  expect(offers('peerwork up --preset loo')).toContain('loopback')
})

test('quotes in descriptions are escaped', () => {
  const options = { a: { type: 'boolean', about: `it's` } } as const
  const script = fishCompletion([{ name: 'x', summary: 's', words: [], options }])
  expect(script).toContain(String.raw`-l a -d 'it\'s'`)
})
