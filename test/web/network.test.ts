import { expect, onTestFinished, test } from 'vitest'
import type { Neighbour } from '../../src/gateway/routes/network.ts'
import { createLogs } from '../../src/node/logger.ts'
import { observed, SPAN, TRACE } from '../gateway/observed.ts'
import type { Observed } from '../gateway/observed.ts'
import { BROKEN_RUN } from '../gateway/samples.ts'
import { skill, Stage } from '../helpers/processes.ts'
import { INFO, PEER, STATUS } from '../node/control-double.ts'
import { expectAccessible } from './axe.ts'
import { dashboard, PHONE, visit } from './browser.ts'

const HOSTILE = `<script>alert(1)</script>\u202Egnp.exe\u001B[2J${'long '.repeat(200)}`

/** An observer whose agent says what the test says. */
async function beside(agent: Partial<Neighbour>): Promise<Observed> {
  const whole: Neighbour = {
    status: () => Promise.resolve(STATUS),
    peers: () => Promise.resolve([]),
    members: () => Promise.resolve([]),
    ...agent
  }
  const it = await observed({ agent: () => whole })
  onTestFinished(() => it[Symbol.asyncDispose]())
  return it
}

test('a task of real agents is followed from its submission to the answer', async () => {
  await using stage = new Stage()
  const alice = await stage.inside({ skills: [skill('count')], name: 'alice' })
  const link = { bootstrap: [alice.addresses[0] ?? ''] }
  const bob = await stage.inside({ name: 'bob', ...link })
  const eye = await stage.inside({ name: 'eye', ...link })
  const it = await observed({ agent: () => eye })
  onTestFinished(() => it[Symbol.asyncDispose]())
  const log = createLogs({ level: 'silent', rooms: {} }, 'eye')('node')
  await using _ = await it.observer.collect({ traces: eye.traces, log })
  const { task, trace } = await bob.run('count', { n: 3 })
  const page = await visit(it, { path: '/network' })
  const peers = page.getByRole('region', { name: 'Connected peers' })
  await peers.getByRole('row', { name: /alice.*count.*direct/ }).waitFor()
  await page.getByRole('link', { name: 'Follow a task' }).click()
  await page.getByLabel('Id of a task or a handoff').fill(task)
  await page.getByRole('button', { name: 'Follow' }).click()
  const way = page.getByRole('region', { name: 'The way of the task' })
  await way.getByRole('link', { name: 'Received the answer: its seal was checked' }).waitFor()
  const steps = await way.getByRole('row').allInnerTexts()
  const [sent, received] = ['Signed and sent', 'Received and opened: its seal'].map((words) =>
    steps.findIndex((text) => text.includes(words))
  )
  expect(sent).toBeGreaterThan(0)
  expect(received).toBeGreaterThan(sent ?? 0)
  expect(steps.slice(1).every((text) => text.includes('✓ signed by it'))).toBe(true)
  await expectAccessible(page)
  await way.getByRole('link', { name: 'Received and opened: its seal' }).click()
  expect(new URL(page.url())).toMatchObject({
    pathname: `/trace/${trace}`,
    search: expect.stringMatching(/^\?span=[0-9a-f]{16}$/) as unknown
  })
})

test('a task is picked from the newest, and its failure and its word are shown', async () => {
  const it = await dashboard()
  await it.tell(...BROKEN_RUN)
  const page = await visit(it, { path: '/network?tab=task' })
  await page.getByRole('link', { name: 'book', exact: true }).click()
  const way = page.getByRole('region', { name: 'The way of the task' })
  await way.getByText('TOOL_FAILED: no flights').first().waitFor()
  await way.getByRole('row', { name: /Began to work.*booker.*said with the key/ }).waitFor()
  expect(new URL(page.url()).searchParams.get('task')).toBe('trip/1')
  await page.goBack()
  await page.getByRole('region', { name: 'Recent tasks' }).waitFor()
})

test('a task that was never heard of is said to be unknown', async () => {
  const it = await dashboard()
  await it.tell(...BROKEN_RUN)
  const page = await visit(it, { path: `/network?task=${'ab'.repeat(16)}` })
  await page.getByRole('heading', { name: 'No such task was heard of' }).waitFor()
  await page.getByText('not among the one handoff that are kept').waitFor()
  await expectAccessible(page)
})

test('an observer that only listens over HTTP says so, and shows whom it was told of', async () => {
  const it = await dashboard()
  await it.tell(...BROKEN_RUN)
  const page = await visit(it, { path: '/network' })
  await page.getByRole('heading', { name: 'listens only over HTTP' }).waitFor()
  const seen = page.getByRole('region', { name: 'Agents seen' })
  await seen.getByRole('link', { name: 'booker' }).click()
  expect(new URL(page.url()).searchParams.get('q')).toBe('agent:booker')
})

test('without peers the page says why, and what to do', async () => {
  const finding = { code: 'MULTICAST', level: 'warn', what: 'multicast for mDNS' } as const
  const why = 'no multicast on eth0'
  const it = await beside({
    status: () =>
      Promise.resolve({
        ...STATUS,
        ...{ state: 'degraded', alone: `multicast for mDNS: ${why}` },
        findings: [{ ...finding, why, hint: 'Allow UDP port 5353.', facts: {} }]
      })
  })
  const page = await visit(it, { path: '/network' })
  await page.getByText(`No peers. multicast for mDNS: ${why}`).waitFor()
  await page.getByText('Allow UDP port 5353.').waitFor()
  await page.getByText('! degraded').waitFor()
  await expectAccessible(page)
})

test('members are shown with role and end, hostile names as text', async () => {
  const { id } = PEER
  const membership = {
    ...{ network: 'lab.1', name: HOSTILE, owner: id, roles: ['observe'] as const },
    ...{ expires: Date.now() + 1e7, admins: 1, members: 2, problems: [] }
  }
  const member = {
    ...{ id, name: HOSTILE, roles: ['submit', 'admin'] as const, state: 'revoked' as const },
    ...{ issued: 0, expires: Date.UTC(2027, 0, 2), by: id, lastSeen: null, connected: false },
    ...{ self: false, reason: 'lost its laptop' }
  }
  const hostile = { ...PEER, name: HOSTILE, version: HOSTILE, skills: PEER.skills }
  const it = await beside({
    status: () => Promise.resolve({ ...STATUS, alone: null, info: { ...INFO, membership } }),
    peers: () => Promise.resolve([hostile]),
    members: () => Promise.resolve([member])
  })
  const page = await visit(it, { path: '/network', viewport: PHONE })
  await page.getByRole('region', { name: 'Connected peers' }).getByRole('row').nth(1).waitFor()
  const width = (): Promise<unknown> => page.evaluate('document.documentElement.scrollWidth')
  expect(await width()).toBe(PHONE.width)
  await page.getByRole('link', { name: 'Members (1)' }).click()
  const row = page.getByRole('region', { name: 'Members' }).getByRole('row').nth(1)
  expect(await row.innerText()).toMatch(/<script>alert\(1\)[^]*put out[^]*lost its laptop/)
  expect(await row.innerText()).toMatch(/submit, admin[^]*2027-01-0[^]*never by this observer/)
  expect(await width()).toBe(PHONE.width)
  await expectAccessible(page)
})

test('agents appear by themselves with their first span', async () => {
  const it = await dashboard()
  const page = await visit(it, { path: '/network' })
  await page.getByText('None yet: they appear').waitFor()
  await page.getByText('live', { exact: true }).waitFor()
  const now = Date.now()
  await it.tell({
    type: 'span',
    trace: TRACE,
    span: SPAN,
    name: 'x',
    agent: 'newcomer',
    start: now
  })
  await page.getByRole('link', { name: 'newcomer' }).waitFor()
})
