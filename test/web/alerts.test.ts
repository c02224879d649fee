import { expect, test } from 'vitest'
import { readValues, slugOf, valuesOf } from '../../web/src/alerts/rule-fields.ts'
import { minutes, sentenceOf } from '../../web/src/alerts/words.ts'
import { rule } from '../../src/observer/alerts/rule.ts'
import { hook } from '../observer/alerts/house.ts'
import { keptDoor } from '../gateway/kept.ts'
import { SPAN, TRACE } from '../gateway/observed.ts'
import { expectAccessible } from './axe.ts'
import { PHONE, visit } from './browser.ts'

const HOSTILE = '<img src=x onerror=alert(1)>\u202Egnp'

const stopped = (at: number, guard = 'loop') => ({
  ...{ type: 'guard', trace: TRACE, span: SPAN, at, guard, reason: 'round and round' },
  ...{ limit: 10, value: 12, action: 'stopped' }
})

test('an alert comes by itself, is counted in the head, acknowledged and silenced', async () => {
  const { it, clock } = await keptDoor()
  const page = await visit(it, { path: '/alerts' })
  await page.getByRole('heading', { name: 'Nothing needs you' }).waitFor()
  await page.getByText('live', { exact: true }).waitFor()
  await it.tell(stopped(clock.now()))
  const alert = page.getByRole('listitem', { name: /loop stopped/ })
  await alert.getByText('12 of 10. round and round').waitFor()
  await page.getByRole('link', { name: 'Alerts 1 open' }).waitFor()
  await expectAccessible(page)
  expect(await alert.getByRole('link', { name: 'Open the trace' }).getAttribute('href')).toBe(
    `/trace/${TRACE}`
  )
  await alert.getByLabel('Silence for').selectOption('480')
  await alert.getByRole('button', { name: 'Silence' }).click()
  await alert.getByText(/silent until/).waitFor()
  await alert.getByRole('button', { name: 'End the silence' }).click()
  await alert.getByLabel('Silence for').waitFor()
  await alert.getByRole('button', { name: 'Acknowledge' }).click()
  await page.getByRole('heading', { name: 'Nothing needs you' }).waitFor()
  await page.getByRole('button', { name: 'Acknowledged' }).click()
  await page
    .getByRole('listitem', { name: /loop stopped/ })
    .getByText('seen to by owner')
    .waitFor()
  expect(new URL(page.url()).search).toBe('?state=acknowledged')
  await page.getByRole('link', { name: 'Alerts', exact: true }).first().waitFor()
})

test('older alerts are on the next page, and hostile words stay words', async () => {
  const { it, clock } = await keptDoor()
  for (let at = 0; at < 26; at++) await it.tell(stopped(clock.now(), `${HOSTILE} ${at}`))
  const page = await visit(it, { path: '/alerts', viewport: PHONE })
  await page.getByRole('listitem', { name: /onerror=alert\(1\)>.* 25 stopped/ }).waitFor()
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width)
  await page.getByRole('link', { name: 'Older' }).click()
  await page.getByRole('listitem', { name: / 0 stopped/ }).waitFor()
  await page.getByRole('link', { name: 'Newest' }).click()
  await page.getByRole('listitem', { name: / 25 stopped/ }).waitFor()
})

test('a rule is made, changed and removed, and what is wrong stands beside its field', async () => {
  const { it, alarm, clock } = await keptDoor()
  await it.tell(stopped(clock.now()))
  const page = await visit(it, { path: '/alerts?tab=rules' })
  await page.getByRole('button', { name: 'New rule' }).click()
  await page.getByRole('heading', { name: 'New rule' }).waitFor()
  await page.getByLabel('Kind').selectOption('budget')
  const budget = page.getByLabel('Budget, US dollars')
  await budget.fill('lots')
  await page.getByLabel('Name').fill('Too dear!')
  await page.getByRole('button', { name: 'Make the rule' }).click()
  await page.getByText('a number such as 20').waitFor()
  await page.locator(':focus').and(budget).waitFor()
  await expectAccessible(page)
  await budget.fill('12.5')
  await page.getByRole('button', { name: 'Try it' }).click()
  await page.getByText('It would tell of nothing now.').waitFor()
  expect(alarm.rules.get('too-dear')).toBeUndefined()
  await page.getByLabel('Kind').selectOption('guard')
  await page.getByRole('button', { name: 'Try it' }).click()
  const found = page.getByRole('list', { name: 'What the rule would tell of' })
  await found.getByRole('link', { name: /loop stopped/ }).waitFor()
  await page.getByLabel('Kind').selectOption('budget')
  await budget.fill('12.5')
  await page.getByRole('button', { name: 'Make the rule' }).click()
  await page.getByRole('row', { name: /Too dear!.*80 % of \$12.50 a day is spent/ }).waitFor()
  expect(alarm.rules.get('too-dear')?.rule).toMatchObject({ kind: 'budget', usd: 12.5, at: 0.8 })

  await page.getByRole('link', { name: 'Too dear!' }).click()
  expect(new URL(page.url()).search).toBe('?tab=rules&edit=too-dear')
  await page.getByLabel('Remind after').fill('999999')
  await page.getByRole('button', { name: 'Save' }).click()
  // What the observer refuses is about a field, too.
  await page.locator('[aria-invalid]').and(page.getByLabel('Remind after')).waitFor()
  await page.getByLabel('Remind after').fill('60')
  await page.getByLabel('On', { exact: true }).uncheck()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('row', { name: /Too dear!.*off/ }).waitFor()

  const remove = page.getByRole('button', { name: 'Remove Too dear!' })
  await remove.click()
  const dialog = page.getByRole('dialog', { name: 'Remove this rule?' })
  await dialog.getByText('80 % of $12.50 a day').waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await page.locator(':focus').and(remove).waitFor()
  await remove.click()
  await dialog.getByRole('button', { name: 'Remove the rule' }).click()
  await page.getByRole('link', { name: 'Too dear!' }).waitFor({ state: 'detached' })
  expect(alarm.rules.get('too-dear')).toBeUndefined()
})

test('a channel is made, its secret shown once, tried, and removed', async () => {
  const { got, url, host } = await hook(() => 204)
  const { it } = await keptDoor([host])
  const page = await visit(it, { path: '/alerts?tab=channels' })
  await page.getByRole('button', { name: 'New channel' }).click()
  await page.getByLabel('Id').fill('ops')
  await page.getByLabel('URL').fill('https://169.254.169.254/')
  await page.getByRole('button', { name: 'Make the channel' }).click()
  await page.locator('[aria-invalid]').and(page.getByLabel('URL')).waitFor()
  await page.getByLabel('URL').fill(`${url}/the-secret-path`)
  await page.getByRole('button', { name: 'Make the channel' }).click()
  const dialog = page.getByRole('dialog', { name: 'The secret of this webhook' })
  await dialog.getByText(/^whsec_/).waitFor()
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'I have it' }).click()
  await page.getByRole('button', { name: 'Try ops' }).click()
  await expect.poll(() => got.map(({ path }) => path)).toEqual(['/the-secret-path'])
  await page.getByText(/last arrived/).waitFor()
  expect(await page.locator('body').innerText()).not.toMatch(/the-secret-path|whsec_/)
  await page.getByRole('button', { name: 'Remove ops' }).click()
  await page.getByRole('button', { name: 'Remove the channel' }).click()
  await page.getByRole('heading', { name: 'Alerts stay in the list' }).waitFor()
})

test('who may only read sees everything, may press nothing, and is told why', async () => {
  const { it, read, clock } = await keptDoor()
  await it.tell(stopped(clock.now()))
  const extraHTTPHeaders = { authorization: `Bearer ${read}` }
  const page = await visit(it, { path: '/alerts', stranger: true, extraHTTPHeaders })
  const notice = page.getByText('You can look, and change nothing.')
  await notice.waitFor()
  const button = page.getByRole('button', { name: 'Acknowledge' }).last()
  await button.waitFor()
  expect(await button.isDisabled()).toBe(true)
  expect(await button.getAttribute('aria-describedby')).toBe('why-not')
  await page.getByRole('link', { name: 'Rules' }).click()
  await page.getByRole('row', { name: /An agent told two stories/ }).waitFor()
  expect(await page.getByRole('button', { name: 'New rule' }).isDisabled()).toBe(true)
  await expectAccessible(page)
})

test('every kind of rule can be made with the words that its form begins with', () => {
  for (const kind of [
    ...(['threshold', 'trace', 'absence', 'guard', 'handoff', 'integrity', 'budget'] as const)
  ]) {
    const begin = valuesOf(kind, undefined)
    const { body, faults } = readValues(kind, {
      ...begin,
      ...(kind === 'absence' && { agent: 'x' })
    })
    expect([kind, faults]).toEqual([kind, {}])
    const whole = rule.safeParse({ ...body, name: 'x', enabled: true })
    expect([kind, whole.error?.issues]).toEqual([kind, undefined])
    if (!whole.success) continue
    expect(sentenceOf(whole.data)).toMatch(/\w{3}/)
    // What is shown to be changed is what was kept.
    expect(readValues(kind, valuesOf(kind, whole.data)).body).toEqual(body)
  }
  expect(readValues('absence', valuesOf('absence', undefined)).faults).toHaveProperty('agent')
})

test('times and ids are made as people say and type them', () => {
  expect([1, 59, 60, 90, 1_440, 1_500].map(minutes)).toEqual([
    ...['1 minute', '59 minutes', '1 h', '1 h 30 min', '1 d', '1 d 1 h']
  ])
  expect([slugOf('Too dear!'), slugOf('Über Änderung'), slugOf('…')]).toEqual([
    ...['too-dear', 'uber-anderung', '']
  ])
})
