import { expect, test } from 'vitest'
import { TaskProgress } from '../../src/cli/progress.ts'
import { RESULT, TASK } from '../node/control-double.ts'
import { contextOf } from './harness.ts'

function progress(tty: boolean) {
  const { context, err } = contextOf({ tty, env: { NO_COLOR: '1' } })
  return { err, progress: new TaskProgress(context.err, 'shout') }
}

const sent = {
  type: 'sent',
  task: TASK,
  to: RESULT.by,
  name: 'bob',
  listed: true,
  link: 'direct',
  attempt: 1
} as const

test('a terminal sees a line that changes, and what was done', () => {
  const { err, progress: task } = progress(true)
  task.show(sent)
  task.show({ type: 'accepted', task: TASK, ahead: 2 })
  task.show({ type: 'progress', task: TASK, fraction: 0.5, message: 'half' })
  task.show({ type: 'completed', task: TASK, result: RESULT })
  expect(err.text).toContain('◌ bob accepted, 2 tasks ahead')
  expect(err.text).toContain('\r\u001b[K◌ bob: 50 % half')
  expect(err.text).toContain('\r\u001b[K✔ shout by bob · signature verified · isolation os\n')
  expect(err.text).toContain('6.0 ms: found 1.0 ms, accepted 2.0 ms, worked 3.0 ms')
})

test('a task that goes through a relay says so', () => {
  const { err, progress: task } = progress(true)
  task.show({ ...sent, link: 'relayed' })
  expect(err.text).toContain('sent to bob through a relay')
})

test('whoever waits is told for what, a pipe once', () => {
  const full = { type: 'waiting', task: TASK, to: RESULT.by, name: 'bob', after: 'BUSY' } as const
  const lost = { ...full, after: 'PEER_LOST', ms: 20_000 } as const
  const again = { ...sent, after: 'BUSY', again: true } as const
  const terminal = progress(true)
  for (const event of [sent, { ...full, ms: 1_500 }, again, lost]) terminal.progress.show(event)
  expect(terminal.err.text).toContain('◌ bob is full (BUSY); asking again in 1.50 s')
  expect(terminal.err.text).toContain('asking bob again')
  expect(terminal.err.text).toContain('◌ the link to bob broke; seeking it for up to 20.0 s')
  expect(terminal.err.text).not.toContain('\n')
  const pipe = progress(false)
  for (const event of [sent, { ...full, ms: 1_500 }, again, { ...full, ms: 900 }, again, lost]) {
    pipe.progress.show(event)
  }
  expect(pipe.err.text).toBe(
    'note: bob is full (BUSY); asking again in 1.50 s\n' +
      'note: the link to bob broke; seeking it for up to 20.0 s\n'
  )
})

test('a pipe sees chunks alone', () => {
  const { err, progress: task } = progress(false)
  task.show(sent)
  task.show({ type: 'progress', task: TASK, message: 'x' })
  task.show({ type: 'chunk', task: TASK, value: 'raw \u001b[1m' })
  task.show({ type: 'chunk', task: TASK, value: { n: 1 } })
  task.show({ type: 'completed', task: TASK, result: RESULT })
  expect(err.text).toBe('raw \u001b[1m{"n":1}\n')
  expect(task.streamed).toBe('raw \u001b[1m{"n":1}\n')
})

test('chunks on a terminal are made plain', () => {
  const { err, progress: task } = progress(true)
  task.show({ type: 'chunk', task: TASK, value: 'a\u001b[2Jb\n' })
  expect(err.text).toBe('ab\n')
})

test('a stranger is told of, unless its id was asked for', () => {
  const stranger = { ...sent, listed: false }
  for (const wanted of [undefined, 'bob']) {
    const { context, err } = contextOf({ tty: false, env: { NO_COLOR: '1' } })
    new TaskProgress(context.err, 'shout', wanted).show(stranger)
    expect(err.text).toBe(`note: bob (${RESULT.by.slice(0, 14)}) is not on your allow list\n`)
  }
  const { context, err } = contextOf({ tty: false, env: { NO_COLOR: '1' } })
  new TaskProgress(context.err, 'shout', RESULT.by.slice(0, 16)).show(stranger)
  new TaskProgress(context.err, 'shout').show(sent)
  expect(err.text).toBe('')
})
