import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createLan, noHosts } from '../helpers/netns.ts'
import type { Run } from './run-example.ts'
import { runExample } from './run-example.ts'

const DOCUMENT = 'examples/mvp-demo/letter.md'

const lastLine = (stdout: string): string => stdout.trimEnd().split('\n').at(-1) ?? ''

/** The pids that the story has told so far. */
const pidsOf = (stdout: string): number[] =>
  [...stdout.matchAll(/\(pid (\d+)\)/g)].map(([, pid]) => Number(pid))

async function expectNothingLeft(run: Run, stdout: string): Promise<void> {
  expect(run.leftovers()).toEqual([])
  expect(pidsOf(stdout).filter((pid) => existsSync(`/proc/${pid}`))).toEqual([])
}

test.skipIf(noHosts)(
  'two processes find each other by multicast alone and do the work',
  async () => {
    await using lan = await createLan(1)
    using run = runExample('mvp-demo.ts', [DOCUMENT], lan.hosts[0])
    const { code, stdout, stderr } = await run.ended
    expect(stderr).toBe('')
    const story = [
      /observer .* is up .* listens for traces/,
      /alice .* is up .* offers analyse-text to bob alone/,
      /bob .* found alice by multicast DNS/,
      /bob .* asks for analyse-text .* task [0-9a-f]{8}…, signed/,
      /bob .* accepts/,
      /bob .* 100 % ranked \d+ key terms/,
      /bob .* verified: signed by alice/,
      /ran at isolation level (?:os|process): a process of its own/,
      /size .* words .* sentences/,
      /key terms .*lighthouse/,
      /observer .* events of this task, each signature verified/,
      /bob .* requester .*completed/,
      /alice .* executor .*received → .*completed/,
      /legs .*agents started \d+ ms → found \d+ ms → accepted \d+ ms → result \d+ ms = \d+ ms/
    ]
    for (const line of story) expect(stdout).toMatch(line)
    expect(lastLine(stdout)).toMatch(
      /^PASS {2}alice analysed .*letter\.md for bob, verified, in \d+ ms$/
    )
    expect(code).toBe(0)
    expect(pidsOf(stdout)).toHaveLength(3)
    await expectNothingLeft(run, stdout)
  }
)

test('without multicast they meet by one address, and programs can read the outcome', async () => {
  using run = runExample('mvp-demo.ts', [DOCUMENT, '--bootstrap', '--json'])
  const { code, stdout } = await run.ended
  const outcome = JSON.parse(stdout) as Record<string, never> & {
    result: { by: string; value: { sentences: { count: number } } }
    ids: Record<string, string>
    seen: { side: string; event: string; from: string; trace: string }[]
    legs: { name: string }[]
    trace: string
  }
  expect(outcome).toMatchObject({ pass: true, hint: '' })
  expect(outcome.result.by).toBe(outcome.ids['alice'])
  expect(outcome.result.value.sentences.count).toBeGreaterThan(5)
  expect(outcome.legs.map(({ name }) => name)).toEqual([
    'agents started',
    'found',
    'accepted',
    'result'
  ])
  const ends = outcome.seen.filter(({ event }) => event === 'task.completed')
  expect(ends.find(({ side }) => side === 'executor')?.from).toBe(outcome.ids['alice'])
  expect(ends.find(({ side }) => side === 'requester')?.from).toBe(outcome.ids['bob'])
  expect(new Set(ends.map(({ trace }) => trace))).toEqual(new Set([outcome.trace]))
  expect(code).toBe(0)
  await expectNothingLeft(run, '')
})

test.skipIf(noHosts)('a host without multicast gets the reason and the way out', async () => {
  await using lan = await createLan(1)
  const host = lan.hosts[0]!
  await host.exec('ip', ['rule', 'add', 'to', '224.0.0.0/4', 'pref', '0', 'unreachable'])
  using run = runExample('mvp-demo.ts', [DOCUMENT, '--wait', '6'], host)
  const { code, stdout } = await run.ended
  expect(stdout).toMatch(/bob .* nobody yet: .*multicast.*; goes on for 2 s\n/)
  expect(stdout).toMatch(/try {2}make mvp-demo BOOTSTRAP=1/)
  expect(lastLine(stdout)).toMatch(/^FAIL {2}bob: .*(?:mDNS|multicast)/)
  expect(code).toBe(1)
  await expectNothingLeft(run, stdout)
})

/** What was printed by a demo that is interrupted when it has said so much. */
async function interrupted(after: string): Promise<string> {
  using run = runExample('mvp-demo.ts', [DOCUMENT, '--bootstrap'])
  await run.printed(after)
  run.child.kill('SIGINT')
  const { code, stdout } = await run.ended
  expect(lastLine(stdout)).toBe('FAIL  interrupted by SIGINT')
  expect(code).toBe(130)
  await expectNothingLeft(run, stdout)
  return stdout
}

test('Ctrl-C ends everything and cleans up', async () => {
  await interrupted('listens for traces')
})

test('Ctrl-C before anybody is up ends it too, and nobody else is started', async () => {
  expect(await interrupted('Three processes')).not.toMatch(/alice|bob/)
})

test('a reader that has seen enough ends it quietly', async () => {
  using run = runExample('mvp-demo.ts', [DOCUMENT, '--bootstrap'])
  await run.printed('Three processes')
  run.child.stdout?.destroy()
  const { stdout, stderr } = await run.ended
  expect(stderr).toBe('')
  await expectNothingLeft(run, stdout)
})

test('the death of one process ends the others, with the reason', async () => {
  using run = runExample('mvp-demo.ts', [DOCUMENT, '--bootstrap'])
  const [observer] = pidsOf(await run.printed('listens for traces'))
  process.kill(observer!, 'SIGKILL')
  const { code, stdout } = await run.ended
  expect(lastLine(stdout)).toBe('FAIL  observer ended with SIGKILL')
  expect(code).toBe(1)
  await expectNothingLeft(run, stdout)
})

test('says what is wrong with a document before it starts anything', async () => {
  using empty = runExample('mvp-demo.ts', ['no-such-file.md'])
  const { code, stdout, stderr } = await empty.ended
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(/^there is no file no-such-file\.md\n\n.*\n\nusage: make mvp-demo/s)
  using binary = runExample('mvp-demo.ts', [join('node_modules', '.bin', 'node')])
  expect((await binary.ended).stderr).toMatch(/more than the 1048576 allowed/)
})

interface Asked {
  readonly line: string
  readonly answer: Record<string, never>
}

test('an observer from outside that came last has all of it, and answers curl', async () => {
  using run = runExample('mvp-demo.ts', [DOCUMENT, '--bootstrap', '--observe', '--json'])
  const { code, stdout } = await run.ended
  const { pass, trace, ids, outside } = JSON.parse(stdout) as {
    pass: boolean
    trace: string
    ids: Record<string, string>
    outside: { url: string; signIn: string; answers: Asked[] }
  }
  expect([pass, code]).toEqual([true, 0])
  const [whole, costs, integrity] = outside.answers
  const { url } = outside
  expect(whole?.line).toBe(
    `curl -sS -H "Authorization: Bearer $KEY" "${url}/api/v1/traces/${trace}"`
  )
  expect(whole?.answer).toMatchObject({ summary: { trace, status: 'ok' }, failed: [] })
  expect(costs?.answer).toMatchObject({ currency: 'USD', cost: 0 })
  expect(integrity?.answer).toMatchObject({ complete: 1, missing: 0, forks: 0 })
  const producers = integrity?.answer['producers'] as unknown as { by: string; complete: number }[]
  expect(new Set(producers.map(({ by }) => by))).toEqual(new Set([ids['alice'], ids['bob']]))
  await expectNothingLeft(run, '')
})

test('whoever asks may look around until Ctrl-C, in a network of that name', async () => {
  const args = [DOCUMENT, '--bootstrap', '--keep', '--network', 'demo-to-keep']
  using run = runExample('mvp-demo.ts', args)
  const told = await run.printed('npx peerwork watch')
  expect(told).toContain('All four stay until Ctrl-C')
  expect(told).toMatch(/^PASS {2}alice analysed/m)
  expect(told).toContain('peerwork observe --network demo-to-keep')
  expect(told).toContain('complete 1 · missing 0')
  const link = /(http:\/\/127\.0\.0\.1:\d+)\/sign-in\S+/.exec(told)
  expect((await fetch(`${link?.[1]}/healthz`)).status).toBe(200)
  run.child.kill('SIGINT')
  const { code, stdout } = await run.ended
  expect(code).toBe(0)
  await expectNothingLeft(run, stdout)
})

test('DASHBOARD=1 ends with a link that signs in, and leads to its own trace', async () => {
  using run = runExample('mvp-demo.ts', [DOCUMENT, '--bootstrap', '--dashboard'])
  const told = await run.printed('&trace=')
  const link = /http:\/\/\S+&trace=[0-9a-f]{32}/.exec(told)?.[0] ?? ''
  expect(lastLine(told)).toContain(link)
  const answer = await fetch(link, { redirect: 'manual' })
  const [trace, cookie] = [link.slice(-32), answer.headers.get('set-cookie') ?? '']
  expect(answer.headers.get('location')).toBe(`/trace/${trace}`)
  const read = await fetch(new URL(`/api/v1/traces/${trace}`, link), { headers: { cookie } })
  expect(await read.json()).toMatchObject({ summary: { trace, status: 'ok' } })
  run.child.kill('SIGINT')
  expect((await run.ended).code).toBe(0)
})

test('the observer from outside ends with the demo, even when that is killed', async () => {
  using run = runExample('mvp-demo.ts', [DOCUMENT, '--bootstrap', '--keep'])
  const told = await run.printed('npx peerwork watch')
  const [, url] = /(http:\/\/127\.0\.0\.1:\d+)\/sign-in/.exec(told) ?? []
  const answers = (): Promise<boolean> =>
    fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false
    )
  expect(await answers()).toBe(true)
  run.child.kill('SIGKILL')
  await run.ended
  await expect.poll(answers, { timeout: 10_000 }).toBe(false)
})
