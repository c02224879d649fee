import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { openForward } from '../../../src/observer/export/forward.ts'
import type { Forward } from '../../../src/observer/export/forward.ts'
import { decodeJson } from '../../../src/observer/otlp/decode-json.ts'
import { readSpans } from '../../../src/observer/otlp/read.ts'
import { entry, house, span } from '../alerts/house.ts'
import type { House } from '../alerts/house.ts'

type Said = { readonly status: number; readonly body?: string; readonly retryAfter?: string }

/** A backend that answers as it is told, and reads what it took with our own decoder. */
async function backend(answer: (ids: readonly string[], packed: boolean) => Said) {
  const took: string[] = []
  const requests: {
    authorization: string | undefined
    spans: number
    status: number
    packed: boolean
  }[] = []
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const packed = request.headers['content-encoding'] === 'gzip'
      const text = (packed ? gunzipSync(body) : body).toString()
      const { spans } = readSpans(decodeJson(text), { kind: 'key', by: 'k' })
      const ids = spans.map((one) => one.span)
      const { status, body: said = '{}', retryAfter } = answer(ids, packed)
      const { authorization } = request.headers
      requests.push({ authorization, spans: spans.length, status, packed })
      if (status === 200) took.push(...spans.map((one) => one.span))
      const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter }
      response.writeHead(status, headers).end(said)
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { took, requests, url: new URL(`http://127.0.0.1:${port}/v1/traces`) }
}

const open = (
  { dir, clock, log, observer }: House,
  url: URL,
  more: { waitingMax?: number } = {}
): Promise<Forward> => {
  const { store, intake } = observer
  const headers = { authorization: 'Bearer geheim' }
  return openForward({ dir, store, intake, clock, log, url, headers, settleMs: 0, ...more })
}

const done = (clock: House['clock'], count: number) => {
  const endUs = clock.now() * 1_000
  return Array.from({ length: count }, () => span({ startUs: endUs - 5_000, endUs }))
}
const sorted = (ids: readonly string[]) => ids.toSorted()

test('everything that ends arrives, whatever the backend answers in between', async () => {
  const it = await house()
  const answers: Said[] = [{ status: 503 }, { status: 429, retryAfter: '30' }, { status: 502 }]
  const { took, requests, url } = await backend(() => answers.shift() ?? { status: 200 })
  await using forward = await open(it, url)
  const spans = done(it.clock, 1_200)
  await it.observer.intake.take([entry({ spans })])
  for (let nth = 0; nth < 3; nth++) {
    await forward.tick()
    await forward.tick()
    expect(requests).toHaveLength(nth + 1)
    expect(forward.state()).toMatchObject({ waiting: 1_200, sent: 0 })
    expect(forward.state().trouble).toMatch(/^it answered/)
    it.clock.aheadMs += nth === 1 ? 29_000 : 4_000
    if (nth === 1) await forward.tick()
    if (nth === 1) it.clock.aheadMs += 2_000
  }
  expect(forward.state().lagMs).toBeGreaterThan(30_000)
  await forward.tick()
  expect(sorted(took)).toEqual(sorted(spans.map((one) => one.span)))
  expect(forward.state()).toMatchObject({ waiting: 0, sent: 1_200, lagMs: 0, trouble: null })
  expect(requests.every(({ authorization }) => authorization === 'Bearer geheim')).toBe(true)
  expect(Math.max(...requests.map((one) => one.spans))).toBe(512)
  expect(it.logged).toHaveLength(1)
  expect(it.logged.join()).not.toContain('geheim')
})

test('what waits is sent by the next process, also what nobody wrote down', async () => {
  const it = await house()
  let status = 503
  const { took, url } = await backend(() => ({ status }))
  const [waits, lost] = [done(it.clock, 3), done(it.clock, 2)]
  {
    await using forward = await open(it, url)
    await it.observer.intake.take([entry({ spans: waits })])
    await forward.tick()
  }
  // Killed between the store and the file of names.
  await it.observer.store.ingest([entry({ spans: lost })])
  status = 200
  it.clock.aheadMs += 1_000
  await using forward = await open(it, url)
  await forward.tick()
  expect(sorted(took)).toEqual(sorted([...waits, ...lost].map((one) => one.span)))
})

test('what is open waits for its end, and one that changes is sent again', async () => {
  const it = await house()
  const { took, url } = await backend(() => ({ status: 200 }))
  await using forward = await open(it, url)
  const startUs = it.clock.now() * 1_000
  const part = span({ startUs, status: 'open' })
  await it.observer.intake.take([entry({ spans: [part] })])
  await forward.tick()
  expect(took).toEqual([])
  expect(forward.state().waiting).toBe(0)
  const over = { ...part, endUs: startUs + 1, status: 'ok' } as const
  await it.observer.intake.take([entry({ spans: [over] })])
  await forward.tick()
  await it.observer.intake.take([entry({ spans: [{ ...over, cost: 2 }] })])
  await forward.tick()
  expect(took).toEqual([part.span, part.span])
})

test('what the backend will never take is counted, and does not stop the rest', async () => {
  const it = await house()
  const partial = JSON.stringify({ partialSuccess: { rejectedSpans: '2' } })
  const answers: Said[] = [{ status: 200, body: partial }]
  const { url } = await backend(() => answers.shift() ?? { status: 200 })
  await using forward = await open(it, url)
  for (let nth = 0; nth < 2; nth++) {
    await it.observer.intake.take([entry({ spans: done(it.clock, 5) })])
    await forward.tick()
  }
  expect(forward.state()).toMatchObject({ waiting: 0, sent: 8, rejected: 2, dropped: 0 })
  expect(it.logged.join()).toContain('refused in an answer of 200')
})

test.each([413, 400])('a span that is refused with %i takes no other with it', async (status) => {
  const it = await house()
  const spans = done(it.clock, 600)
  const bad = new Set([spans[3]?.span, spans[400]?.span])
  const { took, requests, url } = await backend((ids) =>
    ids.some((id) => bad.has(id)) ? { status } : { status: 200 }
  )
  await using forward = await open(it, url)
  await it.observer.intake.take([entry({ spans })])
  await forward.tick()
  expect(forward.state()).toMatchObject({ waiting: 0, sent: 598, rejected: 2, dropped: 0 })
  const good = spans.map((one) => one.span).filter((id) => !bad.has(id))
  expect(sorted(took)).toEqual(sorted(good))
  expect(requests.length).toBeLessThan(50)
})

test('a backend that refuses everything is not asked for each span', async () => {
  const it = await house()
  const { requests, url } = await backend(() => ({ status: 400 }))
  await using forward = await open(it, url)
  await it.observer.intake.take([entry({ spans: done(it.clock, 512) })])
  await forward.tick()
  expect(forward.state()).toMatchObject({ waiting: 0, sent: 0, rejected: 512 })
  expect(requests.length).toBeLessThan(100)
})

test.each([401, 403, 404, 308])(
  'a key or an address that is wrong (%i) loses nothing',
  async (no) => {
    const it = await house()
    let status = no
    const { took, url } = await backend(() => ({ status }))
    await using forward = await open(it, url)
    const spans = done(it.clock, 3)
    await it.observer.intake.take([entry({ spans })])
    await forward.tick()
    expect(forward.state()).toMatchObject({ waiting: 3, trouble: `it answered ${no}` })
    status = 200
    it.clock.aheadMs += 60_000
    await forward.tick()
    expect(sorted(took)).toEqual(sorted(spans.map((one) => one.span)))
  }
)

test('a backend that cannot unpack gets plain requests, and loses nothing', async () => {
  const it = await house()
  const { took, requests, url } = await backend((_, packed) => ({ status: packed ? 400 : 200 }))
  await using forward = await open(it, url)
  for (let nth = 0; nth < 2; nth++) {
    await it.observer.intake.take([entry({ spans: done(it.clock, 5) })])
    await forward.tick()
  }
  expect(took).toHaveLength(10)
  expect(requests.map((one) => one.packed)).toEqual([true, false, false])
  expect(forward.state()).toMatchObject({ waiting: 0, sent: 10, rejected: 0 })
})

test('what finds no room is counted, and said', async () => {
  const it = await house()
  let status = 503
  const { took, url } = await backend(() => ({ status }))
  await using forward = await open(it, url, { waitingMax: 10 })
  const spans = done(it.clock, 14)
  await it.observer.intake.take([entry({ spans })])
  // One that waits already needs no room.
  await it.observer.intake.take([entry({ spans: [{ ...spans[2], cost: 2 }] as typeof spans })])
  expect(forward.state()).toMatchObject({ waiting: 10, dropped: 4 })
  expect(it.logged.join()).toContain('too many wait')
  status = 200
  it.clock.aheadMs += 60_000
  await forward.tick()
  expect(took).toHaveLength(10)
})

test('what the store forgot before it was sent is counted as dropped, and said', async () => {
  const it = await house()
  let status = 503
  const { url } = await backend(() => ({ status }))
  await using forward = await open(it, url)
  await it.observer.intake.take([entry({ spans: done(it.clock, 3) })])
  await forward.tick()
  await it.observer.store.prune({ days: 1 }, (it.clock.now() + 3 * 24 * 60 * 60_000) * 1_000)
  status = 200
  it.clock.aheadMs += 60_000
  await forward.tick()
  expect(forward.state()).toMatchObject({ waiting: 0, sent: 0, dropped: 3 })
  expect(it.logged.join()).toContain('forgot')
})

test('a long trace with many spans loses none when the process is killed', async () => {
  const it = await house()
  const { took, url } = await backend(() => ({ status: 200 }))
  const trace = 'cd'.repeat(16)
  {
    await using forward = await open(it, url)
    const startUs = (it.clock.now() - 60 * 60_000) * 1_000
    const begun = span({ trace, startUs, status: 'open' })
    await it.observer.intake.take([entry({ spans: [begun] })])
    await forward.tick()
  }
  const late = done(it.clock, 1_100).map((one) => ({ ...one, trace }))
  await it.observer.store.ingest([entry({ spans: late })])
  await using forward = await open(it, url)
  it.clock.aheadMs += 1_000
  await forward.tick()
  expect(sorted(took)).toEqual(sorted(late.map((one) => one.span)))
})

test('a backend that is not there holds up nobody', async () => {
  const it = await house()
  const { url } = await backend(() => ({ status: 200 }))
  url.port = '1'
  await using forward = await open(it, url)
  await it.observer.intake.take([entry({ spans: done(it.clock, 5) })])
  await forward.tick()
  expect(forward.state()).toMatchObject({ waiting: 5, trouble: 'ECONNREFUSED', to: '127.0.0.1:1' })
})

test('a wall clock that is set back holds nothing up', async () => {
  const it = await house()
  const { took, url } = await backend(() => ({ status: 200 }))
  await using forward = await open(it, url)
  const spans = done(it.clock, 3)
  await it.observer.intake.take([entry({ spans })])
  const now = it.clock.now
  it.clock.now = () => now() - 3_600_000
  await forward.tick()
  expect(sorted(took)).toEqual(sorted(spans.map((one) => one.span)))
  expect(forward.state()).toMatchObject({ waiting: 0, lagMs: 0 })
})
