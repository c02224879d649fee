import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openHousekeeping } from '../../src/observer/housekeeping.ts'
import { keepOf } from '../../src/observer/retention.ts'
import { house } from './alerts/house.ts'

test('an observer keeps house with rules and bounds, and passes on only when told to', async () => {
  const { dir, clock, log, observer } = await house()
  const { store, intake } = observer
  const parts = { dir, store, intake, clock, log, keep: keepOf({ 'keep-bytes': '1GiB' }) }
  {
    await using keeping = await openHousekeeping(parts)
    expect(keeping.forwarding).toBeUndefined()
    expect(keeping.alarm.rules.list().length).toBeGreaterThan(0)
    await expect.poll(() => keeping.keeping().retention).toEqual({ days: 30, bytes: 1024 ** 3 })
  }
  expect(existsSync(join(dir, 'export.db'))).toBe(false)
  const target = { url: new URL('http://127.0.0.1:1/'), headers: {} }
  await using keeping = await openHousekeeping({ ...parts, target })
  expect(keeping.forwarding?.()).toMatchObject({ to: '127.0.0.1:1', waiting: 0 })
})

test('what cannot be opened leaves nothing open', async () => {
  const { dir, clock, log, observer } = await house()
  const { store, intake } = observer
  const parts = { dir, store, intake, clock, log, keep: keepOf({}) }
  await expect(openHousekeeping({ ...parts, alertHosts: ['http://x'] })).rejects.toMatchObject({
    code: 'BAD_OPTION'
  })
  await using keeping = await openHousekeeping(parts)
  expect(keeping.alarm.alerts.counts()).toEqual({ open: 0, acknowledged: 0 })
})
