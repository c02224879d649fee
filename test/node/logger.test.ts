import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'

const MODULE = pathToFileURL(join(import.meta.dirname, '../../src/node/logger.ts')).href

function said(level: string) {
  const source = `import { createLogger } from '${MODULE}'
    const log = createLogger('${level}', 'alice')
    log.child({ room: 'tasks' }).info({ peer: 'x' }, 'hello')
    log.debug('too small')`
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=source', '--input-type=module', '-e', source],
    { encoding: 'utf8' }
  )
  return { stdout, lines: stderr.split('\n').filter((line) => line !== '') }
}

test('lines are JSON on stderr, with agent and room; stdout stays for results', () => {
  const { stdout, lines } = said('info')
  expect(stdout).toBe('')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({ agent: 'alice', room: 'tasks', peer: 'x', msg: 'hello', level: 30 })
  ])
})

test('silent says nothing', () => {
  expect(said('silent')).toEqual({ stdout: '', lines: [] })
})
