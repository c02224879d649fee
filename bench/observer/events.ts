/**
 * What an event costs: processor time of all agents together, with nobody listening and with an
 * observer that keeps everything, less what they take at rest.
 *
 * `node --conditions=source bench/observer/events.ts [agents] [events a second, of each]`
 *
 * Agents in one process, each with a home and its log on disk; the observer in a process of its
 * own. Events are the four of a task at its executor, with ids of their own, told in bursts of four
 * as a task does.
 */

import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAgent } from '../../src/node/agent.ts'
import { systemClock } from '../../src/node/clock.ts'
import { toLogLevels } from '../../src/node/log-levels.ts'
import { createLogs } from '../../src/node/logger.ts'
import { TraceLog } from '../../src/node/trace-log.ts'
import { openObserver } from '../../src/observer/observer.ts'

const NETWORK = 'events'
/** How long each part is measured, and how long agents may settle before it, s. */
const [PART_S, SETTLE_S] = [10, 5]
/** Between two bursts of one agent's events, at least, ms. */
const TICK_MS = 10
const OBSERVE_MS_MAX = 90_000
/** Until the observer has everything, after the last event, ms. */
const KEPT_MS_MAX = 20_000
const PEER = '12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo'

const [role = '30', rate = '100', ...rest] = process.argv.slice(2)
const root = mkdtempSync(join(tmpdir(), 'peerwork-events-'))
try {
  if (role === 'observer') await observe(rest)
  else await measure(Number(role), Number(rate))
} finally {
  rmSync(root, { recursive: true, force: true })
}

interface Used {
  /** Of the whole process, µs. */
  readonly all: number
  readonly events: number
}

async function measure(agents: number, perSecond: number): Promise<void> {
  const logs = captureLogs()
  const first = await start(0, [])
  const others = await Promise.all(
    Array.from({ length: agents - 1 }, (_, at) => start(at + 1, first.addresses))
  )
  const all = [first, ...others]
  say(`${agents} agents, ${agents * perSecond} events a second in all`)
  await sleep(SETTLE_S * 1_000)
  const resting = await part(0)
  const alone = await part(perSecond)
  const observer = await startObserver(first.addresses)
  await sleep(SETTLE_S * 1_000)
  const asked = await ask(observer)
  const watched = await part(0)
  const between = await ask(observer)
  const told = await part(perSecond)
  const after = await untilKept(observer, between.events + told.events)
  observer.disconnect()
  await Promise.all(all.map((agent) => agent.stop({ graceMs: 0 })))

  const agentsAlone = (alone.all - resting.all) / alone.events
  const agentsTold = (told.all - watched.all) / told.events
  const idle = between.all - asked.all
  const events = after.events - between.events
  const observing = (after.all - between.all - idle * ((PART_S + 2) / PART_S)) / events
  const result = {
    ...{ agents, perSecond: agents * perSecond, events: told.events, kept: events },
    'nobody listens, agents, µs an event': round(agentsAlone),
    'an observer tails, agents, µs an event': round(agentsTold),
    'the observer with its store, µs an event': round(observing),
    'all, µs an event': round(agentsTold + observing)
  }
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)

  async function part(each: number): Promise<Used> {
    const before = process.cpuUsage()
    const events = await emitFor(logs, each)
    const { user, system } = process.cpuUsage(before)
    return { all: user + system, events }
  }
}

/** Every log that is opened from now on: each tells that its agent has started. */
function captureLogs(): Set<TraceLog> {
  const logs = new Set<TraceLog>()
  const { emit } = TraceLog.prototype
  const caught = function (this: TraceLog, ...told: Parameters<typeof emit>) {
    logs.add(this)
    emit.apply(this, told)
  }
  TraceLog.prototype.emit = caught as typeof emit
  return logs
}

function start(at: number, bootstrap: readonly string[]) {
  return createAgent({
    ...{ preset: 'loopback', network: NETWORK, name: `agent-${at}`, bootstrap: [...bootstrap] },
    ...{ home: join(root, String(at)), logLevel: 'silent' }
  })
}

/** @returns how many were told */
async function emitFor(logs: Set<TraceLog>, perSecond: number): Promise<number> {
  const began = performance.now()
  let told = 0
  for (;;) {
    const passed = performance.now() - began
    if (passed >= PART_S * 1_000) return told
    const due = Math.floor((passed / 1_000) * (perSecond / 4))
    while (told < due * logs.size * 4) {
      for (const log of logs) told += tellTask(log)
    }
    await sleep(TICK_MS)
  }
}

function hex(bytes: number): string {
  return randomBytes(bytes).toString('hex')
}

function tellTask(log: TraceLog): number {
  const ids = { trace: hex(16), span: hex(8), parent: hex(8), task: hex(16) }
  const fields = { ...ids, skill: 'echo', side: 'executor', peer: PEER } as const
  log.emit({ type: 'task.received', ...fields, bytes: 1_024 })
  log.emit({ type: 'task.accepted', ...fields, ahead: 0 })
  log.emit({ type: 'task.started', ...fields, isolation: 'os', waitedMs: 0.25 })
  const used = { wallMs: 1.5, cpuMs: 1.25, tokens: 0, cost: 0, bytes: 1_024, chunks: 0 }
  log.emit({ type: 'task.completed', ...fields, ...used })
  return 4
}

async function startObserver(bootstrap: readonly string[]): Promise<ChildProcess> {
  const child = fork(import.meta.filename, ['observer', '0', ...bootstrap])
  await once(child, 'message')
  return child
}

async function ask(child: ChildProcess): Promise<Used> {
  child.send('used')
  const [used] = (await once(child, 'message')) as [Used]
  return used
}

/** As soon as all is kept, or when it has taken too long. */
async function untilKept(child: ChildProcess, events: number): Promise<Used> {
  const began = performance.now()
  for (;;) {
    const used = await ask(child)
    const waited = performance.now() - began
    if (used.events >= events || waited > KEPT_MS_MAX) {
      say(`${events - used.events} events missing after ${Math.round(waited)} ms`)
      return used
    }
    await sleep(500)
  }
}

async function observe(bootstrap: readonly string[]): Promise<void> {
  const clock = systemClock
  const log = createLogs(toLogLevels('silent'), 'observer')('node')
  await using observer = await openObserver({ dir: join(root, 'data'), clock })
  const agent = await createAgent({
    ...{ preset: 'loopback', network: NETWORK, name: 'observer', bootstrap: [...bootstrap] },
    ...{ home: join(root, 'home'), logLevel: 'silent' }
  })
  let events = 0
  observer.intake.listen((entries) => {
    for (const { facts } of entries) events += facts.length
  })
  await using _collector = await observer.collect({ traces: agent.traces, log })
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.({ all: user + system, events })
  })
  process.send?.('ready')
  await Promise.race([
    once(process, 'disconnect'),
    sleep(OBSERVE_MS_MAX, undefined, { ref: false })
  ])
  await agent.stop({ graceMs: 0 })
}

function say(words: string): void {
  process.stderr.write(`${words}\n`)
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
