/** A real observer's door on loopback, over a real store, with a clock that tests can turn. */

import { request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import type { Audit } from '../../src/gateway/access/audit.ts'
import { openAccess } from '../../src/gateway/access/database.ts'
import type { Scope } from '../../src/gateway/access/caller.ts'
import { openObserverDoor } from '../../src/gateway/observer-door.ts'
import type { ObserverDoor, ObserverDoorInit } from '../../src/gateway/observer-door.ts'
import { systemClock } from '../../src/node/clock.ts'
import type { Clock } from '../../src/node/clock.ts'
import { openObserver } from '../../src/observer/observer.ts'
import type { Observer } from '../../src/observer/observer.ts'

export const TRACE = '0af7651916cd43dd8448eb211c80319c'
export const SPAN = 'b7ad6b7169203331'
/** Notes nothing. */
export const NO_AUDIT: Pick<Audit, 'around'> = { around: async (_, action) => action() }
export const NDJSON = 'application/x-ndjson'

export function temporary(): string {
  const path = mkdtempSync(join(tmpdir(), 'peerwork-gateway-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** Time that goes on, and jumps when it is told to. */
export class TurnedClock implements Clock {
  aheadMs = 0
  now = (): number => systemClock.now() + this.aheadMs
  elapsed = (): number => systemClock.elapsed() + this.aheadMs
  chance = systemClock.chance
  random = systemClock.random
}

export interface Asked {
  readonly method?: string
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Of this machine, to ask from. */
  readonly from?: string
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  json(): Record<string, unknown>
}

/** With any header, also those that `fetch` does not let one choose. */
export async function ask(
  url: string,
  { method, key, headers, body, from }: Asked = {}
): Promise<Answer> {
  const bearer = key === undefined ? {} : { authorization: `Bearer ${key}` }
  const sent = request(url, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { ...bearer, ...headers },
    agent: false,
    ...(from !== undefined && { localAddress: from })
  })
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  sent.on('error', reject)
  sent.on('response', (response) => {
    const { statusCode = 0 } = response
    buffer(response).then((data) => {
      const text = data.toString()
      const json = () => JSON.parse(text) as Record<string, unknown>
      resolve({ status: statusCode, headers: response.headers, text, json })
    }, reject)
  })
  sent.end(body)
  return promise
}

export interface Observed extends AsyncDisposable {
  readonly dir: string
  readonly url: string
  readonly door: ObserverDoor
  readonly observer: Observer
  readonly clock: TurnedClock
  readonly logged: string[]
  key(scopes: readonly Scope[], name?: string): string
  ask(path: string, asked?: Asked): Promise<Answer>
  /** Lines of NDJSON; throws when one is refused. */
  tell(...lines: readonly object[]): Promise<void>
  /** The cookie of a person who signed in. */
  cookie(): Promise<string>
}

let keys = 0

export async function observed(more: Partial<ObserverDoorInit> & { dir?: string } = {}) {
  const { dir = temporary(), ...init } = more
  const clock = new TurnedClock()
  const stack = new AsyncDisposableStack()
  const observer = stack.use(await openObserver({ dir, clock }))
  const access = stack.adopt(openAccess(dir), (db) => db.close())
  const logged: string[] = []
  const log = { error: (facts: object, text: string) => void logged.push(`${text} ${told(facts)}`) }
  const { store, intake, prices } = observer
  const where = { host: '127.0.0.1', port: 0 }
  const made = { store, intake, prices, access, clock, log, ...where, ...init }
  const door = stack.use(await openObserverDoor(made))
  const it: Observed = {
    ...{ dir, url: door.url, door, observer, clock, logged },
    key: (scopes, name = `key ${++keys}`) => door.keys.create({ name, scopes }, 'test').key,
    ask: (path, asked) => ask(door.url + path, asked),
    async tell(...lines) {
      const body = lines.map((line) => JSON.stringify(line)).join('\n')
      const headers = { 'content-type': NDJSON }
      const answer = await it.ask('/api/ingest', { key: it.key(['ingest']), headers, body })
      const { rejected, errors } = answer.json()
      if (answer.status !== 200 || rejected !== 0) throw new Error(answer.text + String(errors))
    },
    async cookie() {
      const { headers } = await ask(door.signInLink())
      return headers['set-cookie']?.[0]?.split(';')[0] ?? ''
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync()
  }
  return it
}

const told = (facts: object): string =>
  Object.values(facts)
    .map((value) => (value instanceof Error ? (value.stack ?? value.message) : String(value)))
    .join(' ')
