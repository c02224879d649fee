import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { SPAN, TRACE } from '../../../gateway/observed.ts'
import { expectAccessible } from '../../axe.ts'
import { dashboard, PHONE, visit } from '../../browser.ts'
import { expectFits } from '../../fits.ts'
import { settled } from '../../settled.ts'
import { BEGAN, hex, manySteps, TRIP } from '../run.ts'

const path = `/trace/${TRACE}`
const tree = (page: Page) => page.getByRole('tree', { name: 'Spans' })
const item = (page: Page, name: string | RegExp) => page.getByRole('treeitem', { name })
const asked = (page: Page) => new URL(page.url()).searchParams
/** The name of the span that the keyboard is on. */
const active = (page: Page) =>
  page.evaluate<string | null>(`(() => {
    const id = document.querySelector('[role=tree]').getAttribute('aria-activedescendant')
    return document.getElementById(id)?.ariaLabel ?? null
  })()`)
const focused = (page: Page) => page.evaluate<string>('document.activeElement.role')

/** The colour of the picture at the middle of a bar, as `r,g,b`. */
const colorOf = async (page: Page, name: string): Promise<string> => {
  const { x = 0, y = 0, width = 0, height = 0 } = (await item(page, name).boundingBox()) ?? {}
  return page.evaluate<string>(`(() => {
    const canvas = document.querySelector('.tl-seen canvas')
    const { left, top, width } = canvas.getBoundingClientRect()
    const scale = canvas.width / width
    const [atX, atY] = [${x + width - 3} - left, ${y + height / 2} - top]
    const { data } = canvas.getContext('2d').getImageData(atX * scale, atY * scale, 1, 1)
    return [...data].slice(0, 3).join(',')
  })()`)
}

async function trip(options = {}) {
  const it = await dashboard()
  await it.tell(...TRIP)
  const page = await visit(it, { path, ...options })
  await tree(page).waitFor()
  await settled(page)
  return { it, page }
}

test('each agent has a lane, and each bar says how it ended, who, how long and when', async () => {
  const { page } = await trip()
  for (const name of ['planner', 'flights', 'hotels']) {
    await page.locator('.tl-label').getByText(name, { exact: true }).waitFor()
  }
  await item(page, 'failed: ask the airline, flights, 1 s, after 1.5 s, HTTP_503').waitFor()
  await item(page, /^book a hotel, hotels, 400 ms, after 9.5 s$/).waitFor()
  expect(await page.getByRole('treeitem').count()).toBe(5)
  await expectAccessible(page)
})

test('bars are drawn where their names are, and a failed one in another colour', async () => {
  const { page } = await trip()
  const [fine, failed] = [/^think/, /^failed: find/].map((name) => item(page, name))
  expect((await fine?.boundingBox())?.width).toBeGreaterThan(20)
  expect((await failed?.boundingBox())?.width).toBeGreaterThan(100)
  const names = ['think, planner, 900 ms, after 0 ms', 'book a hotel, hotels, 400 ms, after 9.5 s']
  const wrong = 'failed: ask the airline, flights, 1 s, after 1.5 s, HTTP_503'
  // The tokens `--lane-0`, `--lane-2` and `--error` of the light theme.
  expect(await Promise.all([...names, wrong].map((name) => colorOf(page, name)))).toEqual([
    ...['59,111,212', '31,138,112', '179,38,30']
  ])
})

test('a person walks the tree by keyboard, opens a span, and comes back', async () => {
  const { page } = await trip()
  await tree(page).focus()
  expect(await active(page)).toMatch(/^failed: plan a trip/)
  await page.keyboard.press('ArrowRight')
  expect(await active(page)).toMatch(/^think/)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  expect(await active(page)).toMatch(/^failed: ask the airline/)
  await page.keyboard.press('ArrowLeft')
  expect(await active(page)).toMatch(/^failed: find flights/)
  await page.keyboard.press('End')
  expect(await active(page)).toMatch(/^book a hotel/)
  await page.keyboard.press('Home')
  await page.keyboard.press('f')
  expect(await active(page)).toMatch(/^failed: find flights/)
  await page.keyboard.press('f')
  expect(await active(page)).toMatch(/^failed: ask the airline/)
  await page.keyboard.press('Enter')
  const panel = page.getByRole('complementary', { name: 'Span' })
  await panel.getByRole('heading', { name: 'ask the airline' }).waitFor()
  expect(asked(page).get('span')).toBe(hex(4))
  await page.keyboard.press('Escape')
  await panel.waitFor({ state: 'detached' })
  expect(await focused(page)).toBe('tree')
  await page.goBack()
  await panel.waitFor()
})

test('zooming stands in the address, without steps to go back, and is found again', async () => {
  const { it, page } = await trip()
  await tree(page).focus()
  for (const key of ['f', '+', '+', '+']) await page.keyboard.press(key)
  const told = (): readonly [number, number] => [
    ...([Number(asked(page).get('from')), Number(asked(page).get('to'))] as const)
  ]
  const length = (): number => told()[1] - told()[0] || Infinity
  // The address may say where it was between two of the keys.
  await expect.poll(length).toBeLessThan(10_000 * 0.6 ** 2)
  const [from, to] = told()
  expect(from).toBeLessThan(BEGAN + 2_000)
  expect(to).toBeGreaterThan(BEGAN + 2_000)
  const before = (await item(page, /^failed: ask/).boundingBox())?.width ?? 0
  await page.goto(page.url())
  await settled(page)
  await expect
    .poll(async () => Math.round((await item(page, /^failed: ask/).boundingBox())?.width ?? 0))
    .toBe(Math.round(before))
  await page.getByRole('button', { name: 'All of it' }).click()
  await expect.poll(() => asked(page).get('from')).toBe(null)
  expect(await page.evaluate<number>('history.length')).toBeLessThan(6)
  expect(it.logged).toEqual([])
})

test('the wheel with Ctrl zooms around the pointer, a drag moves, a click opens', async () => {
  const { page } = await trip()
  const box = async () =>
    (await item(page, /^failed: ask/).boundingBox()) ?? { x: 0, width: 0, y: 0 }
  const { x, width, y } = await box()
  await page.mouse.move(x + width / 2, y + 8)
  await page.keyboard.down('Control')
  await page.mouse.wheel(0, -400)
  await page.keyboard.up('Control')
  await expect.poll(async () => (await box()).width).toBeGreaterThan(width * 2)
  const nearer = await box()
  expect(Math.abs(nearer.x + nearer.width / 2 - (x + width / 2))).toBeLessThan(4)
  await page.mouse.down()
  await page.mouse.move(x + width / 2 + 60, y + 8, { steps: 5 })
  await page.mouse.up()
  await expect.poll(async () => Math.round((await box()).x - nearer.x)).toBe(60)
  expect(asked(page).get('span')).toBe(null)
  await page.mouse.click((await box()).x + 30, y + 8)
  await expect.poll(() => asked(page).get('span')).toBe(hex(4))
})

test('two fingers on a phone zoom; nothing makes the page scroll sideways', async () => {
  const { page } = await trip({ viewport: PHONE, hasTouch: true })
  await expectFits(page)
  await expectAccessible(page)
  await item(page, /^failed: find/).scrollIntoViewIfNeeded()
  const { y = 0 } = (await item(page, /^failed: find/).boundingBox()) ?? {}
  const touch = await page.context().newCDPSession(page)
  const send = (type: string, ...at: number[]) =>
    touch.send('Input.dispatchTouchEvent', {
      type: type as 'touchStart',
      touchPoints: at.map((x, id) => ({ x, y: y + 10, id }))
    })
  await send('touchStart', 100, 140)
  for (const away of [10, 30, 50, 70]) await send('touchMove', 100 - away, 140 + away)
  await send('touchEnd')
  await expect.poll(() => asked(page).get('to')).not.toBe(null)
  const [from, to] = [Number(asked(page).get('from')), Number(asked(page).get('to'))]
  expect(to - from).toBeLessThan(10_000 / 3)
})

test('what is looked for is counted, walked through, and stands in the address', async () => {
  const { page } = await trip()
  const input = page.getByRole('searchbox', { name: 'Find in this trace' })
  await input.fill('tool_failed FLIGHT')
  await page.getByText('2 found').waitFor()
  expect(asked(page).get('find')).toBe('tool_failed FLIGHT')
  await input.press('Enter')
  await input.press('Enter')
  expect(await active(page)).toMatch(/^failed: find flights/)
  await input.fill('nowhere')
  await page.getByText('nothing', { exact: true }).waitFor()
})

test('the critical path is told in words and drawn, when it is asked for', async () => {
  const { page } = await trip()
  const button = page.getByRole('button', { name: 'Critical path' })
  await button.click()
  await page.getByText('Most of its time went into plan a trip').waitFor()
  expect(await button.getAttribute('aria-pressed')).toBe('true')
  expect(asked(page).get('path')).toBe('critical')
  await page.goBack()
  await page.getByText('Most of its time').waitFor({ state: 'detached' })
})

test('idle time is shortened on offer, and what is busy gets its room', async () => {
  const { page } = await trip()
  const width = async () => (await item(page, /^failed: find/).boundingBox())?.width ?? 0
  const before = await width()
  await page.getByText('% of 10 s nothing happened').waitFor()
  await page.getByRole('button', { name: 'Shorten it' }).click()
  await expect.poll(width).toBeGreaterThan(before * 2)
  expect(asked(page).get('idle')).toBe('short')
  await expectAccessible(page)
})

test('what happens meanwhile appears by itself', async () => {
  const { it, page } = await trip()
  const line = {
    ...{ type: 'span', trace: TRACE, span: hex(77), parent: SPAN, name: 'call a taxi' },
    ...{ agent: 'taxis', start: BEGAN + 8_000 }
  }
  await it.tell(line)
  await item(page, /^call a taxi, taxis, running/).waitFor()
  await page.locator('.tl-label').getByText('taxis').waitFor()
  await it.tell({ ...line, end: BEGAN + 9_000, status: 'ok' })
  await item(page, /^call a taxi, taxis, 1 s/).waitFor()
})

test('what runs grows, as long as somebody looks', async () => {
  const it = await dashboard()
  const now = it.clock.now()
  const line = { type: 'span', trace: TRACE, agent: 'ann', kind: 'agent' }
  const past = { ...line, span: hex(1), name: 'past', start: now - 3_000, end: now - 1_000 }
  await it.tell(past, { ...line, span: hex(2), name: 'present', start: now - 3_000 })
  const page = await visit(it, { path })
  const width = async () => (await item(page, /^past/).boundingBox())?.width ?? 0
  await item(page, /^present, ann, running/).waitFor()
  const before = await width()
  expect(before).toBeGreaterThan(0)
  // The rest of the time takes its share of the picture.
  await expect.poll(width, { timeout: 10_000 }).toBeLessThan(before * 0.8)
})

test('of thousands of spans so many names are in the page as somebody can read', async () => {
  const it = await dashboard()
  await it.tell(...TRIP, ...manySteps(6_000))
  const page = await visit(it, { path })
  await page.getByText('6,005, 15 failed').waitFor()
  await tree(page).waitFor()
  await expect.poll(() => page.getByRole('treeitem').count()).toBeLessThan(70)
  await expect
    .poll(() => page.getByRole('treeitem').first().getAttribute('aria-setsize'))
    .toBe('6005')
  await tree(page).focus()
  await page.keyboard.press('End')
  await item(page, /^failed: step 5999, agent 4/).waitFor()
  await page.keyboard.press('Shift+F')
  await item(page, /^failed: step 5499/).waitFor()
  expect(await active(page)).toMatch(/^failed: step 5499/)
})
