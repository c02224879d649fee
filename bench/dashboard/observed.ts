/** An observer in this process, with runs of many spans in its store. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAccess } from '../../src/gateway/access/database.ts'
import { openObserverDoor } from '../../src/gateway/observer-door.ts'
import { systemClock } from '../../src/node/clock.ts'
import type { SpanPart } from '../../src/observer/model.ts'
import { openObserver } from '../../src/observer/observer.ts'
import type { TraceStore } from '../../src/observer/store.ts'

const AGENTS = 12
/** Spans of one batch, count. */
const BATCH = 1_000
const US = 1_000
const TIMES_A_SECOND = 10
/** µs between two starts, and the longest span. */
const STEP_US = 2_800
const LONGEST_US = 60_000
/** One in so many fails. */
const FAILS = 250

export interface Observed extends AsyncDisposable {
  readonly url: string
  signInLink(): string
  /** Steps go on in the run of that size, so many a second. @returns how to stop */
  goOn(count: number, perSecond: number): () => void
}

export async function observed(sizes: readonly number[]): Promise<Observed> {
  await using stack = new AsyncDisposableStack()
  const dir = await mkdtemp(join(tmpdir(), 'peerwork-bench-dashboard-'))
  stack.defer(() => rm(dir, { recursive: true, force: true }))
  const observer = stack.use(await openObserver({ dir, clock: systemClock }))
  const access = stack.adopt(openAccess(dir), (db) => db.close())
  const { store, intake } = observer
  for (const [at, count] of sizes.entries()) await fill(store, hex(32, at + 1), count)
  const log = { error: (facts: object, text: string) => console.error(text, facts) }
  const where = { host: '127.0.0.1', port: 0 }
  const made = { store, intake, access, clock: systemClock, log, ...where }
  const door = stack.use(await openObserverDoor(made))
  const kept = stack.move()
  return {
    url: door.url,
    signInLink: () => door.signInLink(),
    goOn(count, perSecond) {
      const trace = hex(32, sizes.indexOf(count) + 1)
      const [began, chance] = [systemClock.now() * US - count * STEP_US, seeded()]
      let at = count
      const timer = setInterval(() => {
        const steps = Math.round(perSecond / TIMES_A_SECOND)
        const spans = Array.from({ length: steps }, () => step(trace, at++, { began, chance }))
        // One that is refused is missed by nobody here.
        intake.take([{ spans, handoffs: [], facts: [] }]).catch(() => undefined)
      }, 1_000 / TIMES_A_SECOND)
      return () => clearInterval(timer)
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync()
  }
}

const hex = (digits: number, value: number): string => value.toString(16).padStart(digits, '0')

/** Steps of twelve agents below each other and at the same time, the same with each run. */
async function fill(store: TraceStore, trace: string, count: number): Promise<void> {
  const began = systemClock.now() * US - count * STEP_US - 60e6
  const chance = seeded()
  let spans: SpanPart[] = []
  for (let at = 0; at < count; at++) {
    spans.push(at === 0 ? root(trace, count, began) : step(trace, at, { began, chance }))
    if (spans.length < BATCH && at + 1 < count) continue
    await store.ingest([{ spans, handoffs: [], facts: [] }])
    spans = []
  }
}

const source = { kind: 'key', by: 'bench' } as const

const root = (trace: string, count: number, startUs: number): SpanPart => ({
  ...{ trace, span: hex(16, 1), source, kind: 'agent', status: 'ok', startUs },
  ...{ name: `${count} spans`, agent: 'agent 0', endUs: startUs + count * STEP_US + LONGEST_US }
})

interface Making {
  readonly began: number
  readonly chance: () => number
}

function step(trace: string, at: number, { began, chance }: Making): SpanPart {
  const startUs = Math.round(began + at * STEP_US)
  const above = at < AGENTS ? 0 : Math.max(0, at - 1 - Math.floor(chance() * 300))
  const failed = at % FAILS === FAILS - 1
  return {
    ...{ trace, span: hex(16, at + 1), source, parent: hex(16, above + 1), kind: 'step' },
    ...{ name: `step ${at} of the work`, agent: `agent ${Math.floor(chance() * AGENTS)}`, startUs },
    ...{
      endUs: Math.round(startUs + 500 + chance() * LONGEST_US),
      status: failed ? 'error' : 'ok'
    },
    ...(failed && { error: { code: 'E_STEP', message: 'it did not work' } })
  }
}

/** The same numbers each time. */
function seeded(): () => number {
  let state = 7
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}
