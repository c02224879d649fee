/** An observer on a disk that is full: run by a test on a tmpfs of its own; tells as JSON. */

import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openAccess } from '../../src/gateway/access/database.ts'
import { openObserverDoor } from '../../src/gateway/observer-door.ts'
import { systemClock } from '../../src/node/clock.ts'
import { guardDisk } from '../../src/observer/disk.ts'
import { Intake } from '../../src/observer/intake.ts'
import { PriceBook } from '../../src/observer/prices/book.ts'
import { openSqliteStore } from '../../src/observer/sqlite/open.ts'

const dir = process.argv[2] ?? ''
const trace = 'ab'.repeat(16)
const clock = systemClock
const store = await openSqliteStore({ dir: join(dir, 'traces'), clock })
const log = { error: () => undefined }
const where = { host: '127.0.0.1', port: 0, log, clock, access: openAccess(dir) }

async function doorOver(freeBytesMin: number) {
  const guarded = guardDisk(store, { dir, clock, freeBytesMin })
  const intake = new Intake(guarded, new PriceBook())
  return openObserverDoor({ ...where, store: guarded, intake })
}

let sent = 0
const kept: string[] = []

async function send(door: { url: string }, key: string) {
  const names = Array.from({ length: 50 }, () => `n${sent++}`)
  const lines = names.map((name, at) =>
    JSON.stringify({
      ...{ type: 'span', trace, span: (sent * 100 + at).toString(16).padStart(16, '0') },
      ...{ name, start: 1_767_323_045_000 + at, attributes: { x: name.repeat(1_000) } }
    })
  )
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' }
  const body = lines.join('\n')
  const response = await fetch(`${door.url}/api/ingest`, { method: 'POST', headers, body })
  const text = await response.text()
  if (response.status === 200) kept.push(...names)
  return { status: response.status, wait: response.headers.get('retry-after'), text }
}

const door = await doorOver(0)
const { key } = door.keys.create({ name: 'k', scopes: ['ingest', 'read'] }, 'test')
const get = (path: string) =>
  fetch(door.url + path, { headers: { authorization: `Bearer ${key}` } })
const filler = join(dir, 'filler')
writeFileSync(filler, Buffer.alloc(8 * 1024 * 1024))
const first = await send(door, key)
let answer = first
for (let at = 0; at < 400 && answer.status === 200; at++) answer = await send(door, key)
// The last bytes too, so that nothing at all can be written.
try {
  for (let at = 0; ; at++) writeFileSync(`${filler}${at}`, Buffer.alloc(4_096))
} catch {
  // Full.
}
const second = await send(door, key)
const whileFull = {
  traces: (await get('/api/v1/traces')).status,
  health: (await get('/healthz')).status
}
for (let at = 0; at < 10_000; at++) rmSync(`${filler}${at}`, { force: true })
rmSync(filler)
const again = (await send(door, key)).status
const held = async (): Promise<Set<string>> => {
  const names = new Set<string>()
  let after = ''
  do {
    const page = await get(`/api/v1/traces/${trace}/spans?limit=500${after}`)
    const { items, next } = (await page.json()) as { items: { name: string }[]; next?: string }
    for (const { name } of items) names.add(name)
    after = next === undefined ? '' : `&after=${next}`
  } while (after !== '')
  return names
}
const guardedDoor = await doorOver(Number.MAX_SAFE_INTEGER)
const guarded = await send(guardedDoor, key)
const names = await held()
const { code } = JSON.parse(second.text) as { code: string }
const full = { status: second.status, code, wait: second.wait, path: second.text.includes(dir) }
process.stdout.write(
  JSON.stringify({
    ...{ first: first.status, full, whileFull },
    ...{ again },
    lost: kept.filter((name) => !names.has(name)),
    guarded: { status: guarded.status, code: (JSON.parse(guarded.text) as { code: string }).code }
  })
)
process.exit(0)
