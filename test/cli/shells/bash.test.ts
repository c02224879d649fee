import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { completables } from '../../../src/cli/commands/completion.ts'
import { bashCompletion } from '../../../src/cli/shells/bash.ts'
import { COMMANDS } from '../../../src/cli/table.ts'

/** What bash would offer for the last word. */
async function offers(...words: string[]): Promise<string[]> {
  const script = bashCompletion(await completables(COMMANDS))
  const quoted = words.map((word) => `'${word}'`).join(' ')
  const asked = `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _peerwork`
  const ask = `${asked}; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, status } = spawnSync('bash', ['-c', `${script}\n${ask}`], { encoding: 'utf8' })
  expect(status).toBe(0)
  return stdout.split('\n').filter((line) => line !== '')
}

test('commands complete', async () => {
  expect(await offers('peerwork', 'w')).toEqual(['watch'])
  expect(await offers('peerwork', '--name', 'x', 'ca')).toEqual(['cancel'])
})

test('options of the command complete, and the values of choices', async () => {
  expect(await offers('peerwork', 'run', '--dead')).toEqual(['--deadline'])
  expect(await offers('peerwork', 'up', '--preset', 'l')).toEqual(['loopback', 'lan'])
  expect(await offers('peerwork', 'new', 's')).toEqual(['skill'])
})

test('files complete where a file is wanted', async () => {
  expect(await offers('peerwork', 'up', '--skill', 'package.js')).toEqual(['package.json'])
})
