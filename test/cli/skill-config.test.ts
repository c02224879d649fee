import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { skillSources } from '../../src/cli/skill-config.ts'
import { temporary } from './harness.ts'

function sources(skills: string[], config: unknown, env: Record<string, string> = {}) {
  const cwd = temporary('config')
  writeFileSync(join(cwd, 'c.json'), JSON.stringify(config))
  return skillSources(skills, 'c.json', { cwd, env }).map(({ file, ...rest }) => ({
    file: file.replace(cwd, '.'),
    ...rest
  }))
}

test('an entry is found by file, base name, or the directory of an index', () => {
  const config = { './a.ts': { config: { x: 1 } }, b: { config: { x: 2 } }, c: { config: {} } }
  expect(sources(['./a.ts', 'deep/b.ts', 'c/index.ts', 'd.ts'], config)).toEqual([
    { file: './a.ts', config: { x: 1 } },
    { file: './deep/b.ts', config: { x: 2 } },
    { file: './c/index.ts', config: {} },
    { file: './d.ts' }
  ])
})

test('secrets come from the environment or as they stand', () => {
  const config = { chat: { secrets: { key: { env: 'KEY' }, other: 'plain' } } }
  expect(sources(['chat.ts'], config, { KEY: 'abc' })).toEqual([
    { file: './chat.ts', secrets: { key: 'abc', other: 'plain' } }
  ])
})

test.for([
  [{ chta: {} }, '"chta", but no --skill is called so. Did you mean chat?'],
  [{ chat: { secrets: { key: { env: 'UNSET' } } } }, 'from $UNSET, which is not set'],
  [{ chat: { secret: {} } }, 'in the skill configuration, chat'],
  [[], 'in the skill configuration, the whole']
] as const)('%j is refused', ([config, message]) => {
  expect(() => sources(['chat.ts'], config)).toThrow(message)
})

test('without a file every skill is plain', () => {
  expect(skillSources(['/x/a.ts'], undefined, { cwd: '/', env: {} })).toEqual([{ file: '/x/a.ts' }])
})
