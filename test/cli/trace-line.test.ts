import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { painter } from '../../src/cli/colour.ts'
import { Names } from '../../src/cli/names.ts'
import { clockTime, describeWork, progressText, traceLine } from '../../src/cli/trace-line.ts'
import type { ObservedEvent } from '../../src/node/api.ts'
import type { TraceFact, WorkEvent } from '../../src/protocol/trace.ts'
import { ALICE, BOB, TASK, TRACE } from '../node/control-double.ts'

const names = new Names()
names.add(ALICE, 'alice')
names.add(BOB, 'bob')

const fields = { trace: TRACE, span: '0123456789abcdef', task: TASK, skill: 'shout' } as const
const place = { seq: 0, at: new Date(2026, 0, 2, 3, 4, 5, 6).getTime() }

type Rest<T> = T extends unknown ? Omit<T, 'seq' | 'at' | keyof typeof fields> : never

const work = (rest: Rest<WorkEvent>): WorkEvent => ({ ...place, ...fields, ...rest })
const from = (id: string, event: WorkEvent): ObservedEvent => ({
  from: id,
  name: null,
  event,
  missed: 0
})

test('both ends of a handoff read the same way round, and brackets tell which speaks', () => {
  const asked = work({ type: 'task.submitted', side: 'requester', peer: ALICE, bytes: 1500 })
  const taken = work({ type: 'task.received', side: 'executor', peer: BOB, bytes: 1500 })
  expect(traceLine(from(BOB, asked), names, painter(false))).toMatch(
    /^03:04:05\.006 {2}\[bob\] → alice {14}01234567 {2}shout {11}submitted, 1\.5 kB$/
  )
  expect(traceLine(from(ALICE, taken), names, painter(false))).toMatch(
    /bob → \[alice\] {14}01234567 {2}shout {11}received/
  )
})

test('colours change nothing of the text, and the task has one on both sides', () => {
  const asked = work({ type: 'task.submitted', side: 'requester', peer: ALICE, bytes: 1 })
  const taken = work({ type: 'task.received', side: 'executor', peer: BOB, bytes: 1 })
  const lines = [from(BOB, asked), from(ALICE, taken)].map((observed) => {
    const line = traceLine(observed, names, painter(true))
    expect(stripVTControlCharacters(line)).toBe(traceLine(observed, names, painter(false)))
    // oxlint-disable-next-line no-control-regex -- the colour is what is looked for
    return /\u001b\[\d+m01234567/.exec(line)?.[0]
  })
  expect(lines[0]).toBeDefined()
  expect(lines[0]).toBe(lines[1])
})

const side = { side: 'executor', peer: BOB } as const
const won = { peer: BOB, score: 90, why: 'the best of 5' }
const lost = { peer: ALICE, score: 80, why: 'slower' }
const done = { wallMs: 12, cpuMs: 1, tokens: 5, cost: 0, bytes: 10, chunks: 2 }

test.for([
  [{ type: 'task.accepted', ...side, ahead: 0 }, 'accepted'],
  [{ type: 'task.accepted', ...side, ahead: 3 }, 'accepted, 3 ahead'],
  [{ type: 'task.rejected', ...side, code: 'BUSY' }, 'rejected: BUSY'],
  [
    { type: 'task.started', ...side, isolation: 'os', waitedMs: 1 },
    'started, isolation os, waited 1.0 ms'
  ],
  [{ type: 'task.progress', ...side, fraction: 0.5, message: 'half\u001b[2J' }, '50 %  half'],
  [
    { type: 'task.routed', ...side, attempt: 1, candidates: [won, lost], more: 3 },
    'routed to bob: the best of 5, 4 left'
  ],
  [
    { type: 'task.routed', ...side, attempt: 2, after: 'BUSY', candidates: [lost], more: 0 },
    'routed to bob after BUSY, attempt 2: not among the best'
  ],
  [{ type: 'task.streaming', ...side }, 'streaming'],
  [
    { type: 'task.handed-on', ...side, to: ALICE, subtask: TRACE },
    'handed on to alice as fedcba98'
  ],
  [{ type: 'task.completed', ...side, ...done }, 'completed in 12 ms, 10 B, 2 chunks, 5 tokens'],
  [
    { type: 'task.failed', ...side, code: 'SKILL_FAILED', message: 'a\nb' },
    'failed: SKILL_FAILED: a b'
  ],
  [{ type: 'task.canceled', ...side, reason: 'enough' }, 'canceled: enough'],
  [{ type: 'task.replayed', ...side }, 'answered from the journal']
] as const satisfies readonly (readonly [Rest<WorkEvent>, string])[])(
  '%j is told',
  ([event, text]) => {
    expect(describeWork(work(event), names)).toBe(text)
  }
)

test.for([
  [{ type: 'agent.started', name: 'bob' }, 'started'],
  [{ type: 'agent.stopped' }, 'stopped'],
  [{ type: 'peer.joined', peer: ALICE, name: 'alice' }, 'met alice'],
  [{ type: 'peer.left', peer: ALICE, reason: 'closed' }, 'lost alice: closed']
] as const satisfies readonly (readonly [TraceFact, string])[])(
  '%j is told of an agent',
  ([fact, text]) => {
    const observed = { from: BOB, name: 'bob', event: { ...place, ...fact }, missed: 0 }
    expect(traceLine(observed, names, painter(false))).toBe(
      `03:04:05.006  ${'bob'.padEnd(25)}  ${text}`
    )
  }
)

test('times and progress have a short form', () => {
  expect(clockTime(place.at)).toBe('03:04:05')
  expect(progressText({})).toBe('working')
  expect(progressText({ fraction: 0.255 })).toBe('26 %')
})
