import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openAlarm } from '../../../src/observer/alerts/alarm.ts'
import { entry, guard, hook, house, temporary } from './house.ts'

test('an alert of a process that was killed goes out after the next start', async () => {
  const { got, host } = await hook(() => 204)
  const dir = temporary()
  const script = join(import.meta.dirname, 'killed.ts')
  const child = spawn(process.execPath, ['--conditions=source', script, dir, host])
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
  expect(signal).toBe('SIGKILL')
  expect(got).toEqual([])
  const { clock, log, observer } = await house(dir)
  const { store, intake } = observer
  await using alarm = await openAlarm({ dir, store, intake, clock, log, hosts: [host] })
  expect(alarm.alerts.list({ limit: 9 }).items.map(({ title }) => title)).toEqual([
    'loop stopped agent-one'
  ])
  await alarm.tick()
  expect(got.map(({ path }) => path)).toEqual(['/killed'])
})

test('an alert goes to the channels that its rule names, and its end as well', async () => {
  const { got, url, host } = await hook(() => 204)
  const { dir, clock, log, observer } = await house()
  const { store, intake } = observer
  await using alarm = await openAlarm({ dir, store, intake, clock, log, hosts: [host] })
  for (const id of ['ops', 'dev']) {
    alarm.channels.put(id, { kind: 'webhook', enabled: true, url: `${url}/${id}` })
  }
  const { id: _, ...body } = alarm.rules.get('guard-stopped')?.rule ?? { id: '' }
  alarm.rules.put('guard-stopped', { ...body, channels: ['dev'] })
  await intake.take([entry({ facts: [guard(clock.now() * 1_000)] })])
  await alarm.tick()
  clock.aheadMs += 61 * 60_000
  await alarm.tick()
  const types = got.map(({ path, body: text }) => [
    path,
    (JSON.parse(text) as { type: string }).type
  ])
  expect(types).toEqual([
    ['/dev', 'alert.opened'],
    ['/dev', 'alert.resolved']
  ])
  expect(alarm.test('ops')).toBe(true)
  expect(alarm.test('none')).toBe(false)
  await alarm.tick()
  expect(got.at(-1)?.path).toBe('/ops')
})

test('hosts and a mail server that make no sense are refused at the start', async () => {
  const { dir, clock, log, observer } = await house()
  const parts = { dir, clock, log, store: observer.store, intake: observer.intake }
  await expect(openAlarm({ ...parts, hosts: ['http://x/'] })).rejects.toThrow('is not a host')
  writeFileSync(join(dir, 'smtp.json'), '{}', { mode: 0o600 })
  await expect(openAlarm(parts)).rejects.toMatchObject({ code: 'BAD_OPTION' })
})

test('a store that fails is logged, and looked at again', async () => {
  const { dir, clock, log, logged, observer } = await house()
  let fails = true
  const holdings = async () => {
    if (fails) throw new Error('no store')
    return observer.store.holdings()
  }
  const store = { ...observer.store, holdings }
  await using alarm = await openAlarm({ dir, store, intake: observer.intake, clock, log })
  await alarm.tick()
  await alarm.tick()
  expect(logged).toHaveLength(1)
  expect(logged[0]).toContain('no store')
  fails = false
  await alarm.tick()
  expect(logged).toHaveLength(1)
})
