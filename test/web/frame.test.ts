import { expect, test } from 'vitest'
import { SPAN, TRACE } from '../gateway/observed.ts'
import { dashboard, visit } from './browser.ts'

test('from the list to a trace and back, by keyboard and by name', async () => {
  const it = await dashboard()
  const span = { type: 'span', trace: TRACE, span: SPAN, name: 'book a flight', agent: 'planner' }
  await it.tell({ ...span, kind: 'agent', start: 1e12, end: 1e12 + 2_500, status: 'ok' })
  const page = await visit(it)
  await page.getByRole('link', { name: 'book a flight' }).press('Enter')
  await page.getByRole('heading', { name: 'book a flight' }).waitFor()
  expect(new URL(page.url()).pathname).toBe(`/trace/${TRACE}`)
  await page.goBack()
  await page.getByRole('heading', { name: 'Traces' }).waitFor()
})

test('who is not signed in learns how to', async () => {
  const page = await visit(await dashboard(), { stranger: true })
  await page.getByRole('heading', { name: 'Sign in to see your traces' }).waitFor()
  await page.getByText('npx peerwork observe sign-in').waitFor()
})
