import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import type { LogLevels } from '../../src/node/log-levels.ts'

const MODULE = pathToFileURL(join(import.meta.dirname, '../../src/node/logger.ts')).href

function said(levels: LogLevels) {
  const source = `import { createLogs } from '${MODULE}'
    const logs = createLogs(${JSON.stringify(levels)}, 'alice')
    logs('tasks').info({ peer: 'x' }, 'hello')
    logs('tasks').debug('small')
    logs('node').debug('small')`
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=source', '--input-type=module', '-e', source],
    { encoding: 'utf8' }
  )
  return { stdout, lines: stderr.split('\n').filter((line) => line !== '') }
}

test('lines are JSON on stderr, with agent and room; stdout stays for results', () => {
  const { stdout, lines } = said({ level: 'info', rooms: {} })
  expect(stdout).toBe('')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({ agent: 'alice', room: 'tasks', peer: 'x', msg: 'hello', level: 30 })
  ])
})

test('silent says nothing', () => {
  expect(said({ level: 'silent', rooms: {} })).toEqual({ stdout: '', lines: [] })
})

test('a room is louder or quieter than the rest when told so', () => {
  const rooms = (levels: LogLevels) =>
    said(levels).lines.map((line) => {
      const { room, msg } = JSON.parse(line) as { room: string; msg: string }
      return `${room} ${msg}`
    })
  expect(rooms({ level: 'warn', rooms: { tasks: 'debug' } })).toEqual([
    'tasks hello',
    'tasks small'
  ])
  expect(rooms({ level: 'debug', rooms: { tasks: 'error' } })).toEqual(['node small'])
  expect(rooms({ level: 'silent', rooms: { node: 'trace' } })).toEqual(['node small'])
})

test('loggers that were given out change their level with the others', () => {
  const source = `import { createLogs } from '${MODULE}'
    const logs = createLogs({ level: 'silent', rooms: {} }, 'alice')
    const tasks = logs('tasks')
    tasks.info('before')
    logs.change({ level: 'info', rooms: { node: 'debug' } })
    tasks.info('after')
    tasks.debug('too much')
    logs('node').debug('new')
    logs.change({ level: 'silent', rooms: {} })
    tasks.error('over')`
  const args = ['--conditions=source', '--input-type=module', '-e', source]
  const { stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  const lines = stderr.split('\n').filter((line) => line !== '')
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['after', 'new'])
})
