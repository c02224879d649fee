import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { inShort, troubles } from '../../../../web/src/trace/integrity/words.ts'
import type { Integrity } from '../../../../web/src/types.ts'
import type { Observed } from '../../../gateway/observed.ts'
import { TRACE } from '../../../gateway/observed.ts'
import { expectAccessible } from '../../axe.ts'
import { dashboard, visit } from '../../browser.ts'
import { BEGAN, hex, TRIP } from '../run.ts'

const BOOT = 'b'.repeat(16)
const BOB = '12D3KooWbobbobbob'

/** Events of bob's log, as if they had been fetched. */
async function fetched(it: Observed, first: number, count: number): Promise<void> {
  const source = { kind: 'agent', by: BOB } as const
  const [startUs, endUs] = [BEGAN * 1_000, BEGAN * 1_000 + 1e6]
  const span = { trace: TRACE, span: hex(first + 1), source, name: 'dig', agent: 'bob' }
  const batch = {
    ...{ by: BOB, boot: BOOT, first, count, digest: hex(first).repeat(4), issued: BEGAN },
    bytes: new Uint8Array([first])
  }
  const spans = [{ ...span, startUs, endUs, status: 'ok', kind: 'task' } as const]
  await it.observer.store.ingest([{ spans, handoffs: [], facts: [], batch }])
}

const badge = (page: Page, name: string | RegExp) => page.getByRole('button', { name })

test('the badge says what is missing from whom, opens the table, and follows', async () => {
  const it = await dashboard()
  await fetched(it, 0, 7)
  const counters = { by: BOB, boot: BOOT, next: 10, oldest: 0, dropped: 0, issued: BEGAN }
  await it.observer.store.noteCounters(counters)
  const page = await visit(it, { path: `/trace/${TRACE}` })
  const short = '70 %: 3 events missing from bob, fetching'
  await badge(page, short).click()
  const panel = page.getByRole('region', { name: 'Integrity' })
  await panel.getByRole('row', { name: /bob.* 70 % without no. 7 to 9 7 3/ }).waitFor()
  expect(new URL(page.url()).searchParams.get('integrity')).toBe('open')
  await expectAccessible(page)
  await fetched(it, 7, 3)
  await badge(page, 'Complete').waitFor()
  await panel.getByText('everything is here that its producer told of').waitFor()
  await page.goBack()
  await panel.waitFor({ state: 'detached' })
})

test('of what nobody signed it says that nobody can know', async () => {
  const it = await dashboard()
  await it.tell(...TRIP)
  const page = await visit(it, { path: `/trace/${TRACE}` })
  await badge(page, 'Unsigned').click()
  await page.getByText('here nobody can know whether something is missing').waitFor()
})

const none: Integrity = {
  ...{ complete: 1, missing: 0, dropped: 0, forks: 0, refused: 0, producers: [] }
}
const producer = (by: string, missing: number): Integrity['producers'][number] => ({
  ...{ by, boot: BOOT, emitted: 10, held: 10 - missing, dropped: 0, missing, gaps: [] },
  ...{ duplicates: 0, late: 0, refused: {}, forks: [], complete: 1 - missing / 10 }
})

test('in short: who owes how much, and never 100 % while something is missing', () => {
  const names = new Map([['a', 'ann']])
  const short = (missing: number, complete: number, ...producers: Integrity['producers']) =>
    inShort({ ...none, missing, complete, producers }, names)
  expect(short(1, 0.9, producer('a', 1))).toBe('90 %: 1 event missing from ann, fetching')
  expect(short(4, 0.999_99, producer('a', 2), producer('b', 2))).toBe(
    '99.9 %: 4 events missing from ann and b, fetching'
  )
  const three = [producer('a', 1), producer('b', 1), producer('c', 1)]
  expect(short(3, 0.9, ...three)).toBe('90 %: 3 events missing from 3 agents, fetching')
  expect(short(0, 1, producer('a', 0))).toBe('Complete')
  expect(inShort(none, names)).toBe('Unsigned')
})

test('what is gone, forged or refused is told each in a sentence', () => {
  expect(troubles(none)).toEqual([])
  expect(troubles({ ...none, dropped: 2, forks: 1, refused: 3 })).toHaveLength(3)
})
