/**
 * The timeline in a real Chromium over a real observer, at 20,000 and 100,000 spans: how long until
 * it can be used, and how smooth it is while it is zoomed, moved and scrolled. Prints a table; run
 * it by itself on a quiet machine: `make bench-dashboard`.
 */

import { cpus } from 'node:os'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { findChromium } from '../tools/chromium.ts'
import { DRIVE, USABLE } from './dashboard/in-page.ts'
import type { Frames, Spread } from './dashboard/in-page.ts'
import { observed } from './dashboard/observed.ts'
import type { Observed } from './dashboard/observed.ts'
import { figure, table } from './table.ts'

const SIZES = [20_000, 100_000] as const
/** A desk's window. */
const WINDOW = { width: 1_280, height: 800 } as const
/** How long each way of moving is watched, ms. */
const WATCH_MS = 4_000
/** A page that takes longer is stuck, ms. */
const STUCK_MS = 60_000
const MIB = 1024 * 1024

interface Measured {
  readonly count: number
  /** ms from the click on the trace. */
  readonly firstMs: number
  readonly wholeMs: number
  readonly frames: Readonly<Record<(typeof WAYS)[number], Frames>>
  readonly heapMiB: number
}

const WAYS = ['zoom', 'move', 'scroll', 'live'] as const
/** What comes while the page is only looked at, spans a second. */
const LIVE_PER_SECOND = 200

async function main(): Promise<void> {
  await using observer = await observed(SIZES)
  const browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] })
  try {
    const rows: Measured[] = []
    for (const count of SIZES) rows.push(await measure(browser, observer, count))
    const model = cpus()[0]?.model ?? 'unknown'
    console.log(`Chromium ${browser.version()}, without a screen, ${cpus().length} × ${model}\n`)
    console.log(tableOf(rows))
  } finally {
    await browser.close()
  }
}

async function measure(browser: Browser, observer: Observed, count: number): Promise<Measured> {
  const context = await browser.newContext({ viewport: WINDOW })
  context.setDefaultTimeout(STUCK_MS)
  try {
    const page = await context.newPage()
    await page.goto(observer.signInLink())
    await page.goto(observer.url)
    await page.getByRole('link', { name: `${count} spans` }).waitFor()
    const began = await clickAndTime(page, count)
    const frames = {} as Record<(typeof WAYS)[number], Frames>
    for (const way of WAYS) {
      const all = page.getByRole('button', { name: 'All of it' })
      if (await all.isEnabled()) await all.click()
      const stop = way === 'live' ? observer.goOn(count, LIVE_PER_SECOND) : undefined
      frames[way] = await page.evaluate<Frames>(`(${DRIVE})('${way}', ${WATCH_MS})`)
      stop?.()
    }
    return { count, ...began, frames, heapMiB: await heapOf(page) }
  } finally {
    await context.close()
  }
}

/** From the click in the list: until there are bars, and until there are all. */
async function clickAndTime(page: Page, count: number) {
  const clicked = await page.evaluate<number>(`(() => {
    const links = [...document.querySelectorAll('a')]
    const link = links.find((one) => one.textContent === '${count} spans')
    const now = performance.now()
    link.click()
    return now
  })()`)
  const until = (spans: number) => page.evaluate<number>(`(${USABLE})(${spans})`)
  const first = await until(1)
  const whole = await until(count)
  return { firstMs: first - clicked, wholeMs: whole - clicked }
}

async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  return usedSize / MIB
}

function tableOf(rows: readonly Measured[]): string {
  const of = ({ p50, p95, longest }: Spread): string =>
    [p50, p95, longest].map((ms) => figure(ms, 1)).join(' / ')
  const ms = (value: number): string => `${figure(value)} ms`
  const each = (what: string, part: keyof Frames): string[][] =>
    WAYS.map((way) => [`${what}, ${way}`, ...rows.map(({ frames }) => of(frames[way][part]))])
  const lines = [
    ['first bars after', ...rows.map(({ firstMs }) => ms(firstMs))],
    ['all of them after', ...rows.map(({ wholeMs }) => ms(wholeMs))],
    ...each('frame to frame', 'apart'),
    ...each('work of a frame', 'work'),
    ['memory of the page’s objects', ...rows.map(({ heapMiB }) => `${figure(heapMiB)} MiB`)]
  ]
  return table(
    ['p50 / p95 / longest, ms', ...rows.map(({ count }) => `${figure(count)} spans`)],
    lines
  )
}

await main()
