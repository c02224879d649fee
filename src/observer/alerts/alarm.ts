/** Alerts as one thing that an observer opens, asks and closes: rules, list, channels, sending. */

import { join } from 'node:path'
import type { Clock } from '../../node/clock.ts'
import type { Intake } from '../intake.ts'
import { guardOf } from '../post.ts'
import type { TraceStore } from '../store.ts'
import type { Alert } from './alert.ts'
import { Alerts } from './book.ts'
import { Channels } from './channel.ts'
import { openAlertsFile, together } from './database.ts'
import { readSmtp, SMTP_FILE } from './mail.ts'
import type { Message } from './message.ts'
import { Outbox } from './outbox.ts'
import { Rules } from './rules.ts'
import { Watch } from './watch.ts'

/** Between two looks, ms: an alert is told at most so much later than it could be. */
const LOOK_EVERY_MS = 5_000
/** How often the same trouble is logged, ms. */
const TELL_EVERY_MS = 60_000

export interface AlarmInit {
  /** Of the observer; there is `alerts.db`, and `smtp.json` if there is to be e-mail. */
  readonly dir: string
  readonly store: TraceStore
  readonly intake: Pick<Intake, 'listen'>
  readonly clock: Clock
  readonly log: { warn(facts: object, message: string): void }
  /** Hosts that a channel may reach though they are private, and over http; see `guardOf`. */
  readonly hosts?: readonly string[]
}

export interface Alarm extends AsyncDisposable {
  readonly rules: Rules
  readonly alerts: Alerts
  readonly channels: Channels
  /** Given up since the start, count. */
  readonly lost: () => number
  /** Send a word to a channel, to see whether it comes. */
  test(channel: string): boolean
  /** Look and send now; else it happens by itself every few seconds. */
  tick(): Promise<void>
}

/** @throws PeerworkError `STORE_FAILED`, `STORE_FULL`, `BAD_OPTION` for hosts or `smtp.json` */
export async function openAlarm(init: AlarmInit): Promise<Alarm> {
  const { dir, store, intake, clock, log, hosts = [] } = init
  const guard = guardOf(hosts)
  const smtp = readSmtp(join(dir, SMTP_FILE))
  const db = openAlertsFile(dir)
  const rules = new Rules(db, clock.now)
  const channels = new Channels({ db, clock, guard, canMail: smtp !== undefined })
  const outbox = new Outbox({ db, clock, channels, guard, smtp, log })
  const alerts = new Alerts({
    ...{ db, now: clock.now },
    tell: (event, alert, { name: ruleName, channels: names }) => {
      // Who saw to it was here; the others need not be called for that.
      if (event === 'acknowledged' || event === 'silenced') return
      for (const { id } of channels.of(names)) outbox.add(id, { event, alert, ruleName })
    }
  })
  const trouble = troubleTeller(clock, log)
  const watch = new Watch({ db, store, rules, alerts, clock, trouble })
  const stop = intake.listen((entries) => watch.take(entries))
  await watch.catchUp()

  let looking: Promise<void> | undefined
  // What hangs while it is sent holds up no look.
  const tick = async (): Promise<void> => {
    try {
      await (looking ??= watch.look().finally(() => (looking = undefined)))
      await outbox.pump()
    } catch (error) {
      trouble(error)
    }
  }
  alerts.listen((event) => {
    if (event === 'opened') setImmediate(() => void outbox.pump().catch(trouble))
  })
  const timer = setInterval(() => void tick(), LOOK_EVERY_MS).unref()
  return {
    ...{ rules, alerts, channels, tick, lost: () => outbox.lost },
    test(channel) {
      if (channels.get(channel) === undefined) return false
      together(db, () => outbox.add(channel, testMessage(clock.now())))
      void outbox.pump().catch(trouble)
      return true
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      stop()
      await outbox.close()
      await looking?.catch(() => undefined)
      db.close()
    }
  }
}

function testMessage(now: number): Message {
  const alert: Alert = {
    ...{ id: '0', rule: 'test', severity: 'info', state: 'open', subject: 'test', trace: null },
    ...{
      title: 'A test of this channel',
      detail: 'All is well.',
      opened: now,
      last: now,
      count: 1
    },
    ...{ acknowledged: null, acknowledgedBy: null, resolved: null, silencedUntil: null }
  }
  return { event: 'test', alert, ruleName: 'none' }
}

function troubleTeller(
  clock: Pick<Clock, 'elapsed'>,
  log: AlarmInit['log']
): (error: unknown) => void {
  let told = -Infinity
  return (error) => {
    if (clock.elapsed() - told < TELL_EVERY_MS) return
    told = clock.elapsed()
    log.warn({ why: (error as Error).message }, 'alerts are not watched as they should')
  }
}
