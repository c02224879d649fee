/** A process that takes one guard's event and waits to be killed: `node killed.ts <dir>`. */

import { systemClock } from '../../../src/node/clock.ts'
import { openAlarm } from '../../../src/observer/alerts/alarm.ts'
import { openObserver } from '../../../src/observer/observer.ts'

const [, , dir = '', host = ''] = process.argv
const observer = await openObserver({ dir, clock: systemClock })
const { store, intake } = observer
const log = { warn: () => undefined }
const alarm = await openAlarm({ dir, store, intake, clock: systemClock, log, hosts: [host] })
const url = `http://${host}/killed`
alarm.channels.put('ops', { kind: 'slack', enabled: true, url })
const source = { kind: 'agent', by: 'agent-one' } as const
const body = { guard: 'loop', action: 'stopped' }
const at = { atUs: systemClock.now() * 1_000, type: 'guard.tripped' }
await intake.take([{ spans: [], handoffs: [], facts: [{ id: 'a/0/1', source, ...at, body }] }])
// In the same turn in which it was raised: nothing was sent yet.
process.kill(process.pid, 'SIGKILL')
