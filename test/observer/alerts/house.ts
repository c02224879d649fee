/** A real observer in a directory of its own, a clock that tests turn, hooks to send to. */

import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import type { Clock } from '../../../src/node/clock.ts'
import { systemClock } from '../../../src/node/clock.ts'
import type { Fact, HandoffPart, SpanPart } from '../../../src/observer/model.ts'
import { openObserver } from '../../../src/observer/observer.ts'
import type { Observer } from '../../../src/observer/observer.ts'

export const TRACE = '0af7651916cd43dd8448eb211c80319c'

export function temporary(): string {
  const path = mkdtempSync(join(tmpdir(), 'peerwork-alerts-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

export class TurnedClock implements Clock {
  aheadMs = 0
  now = (): number => systemClock.now() + this.aheadMs
  elapsed = (): number => systemClock.elapsed() + this.aheadMs
  chance = (): number => 0
  random = systemClock.random
}

export interface House {
  readonly dir: string
  readonly clock: TurnedClock
  readonly observer: Observer
  readonly logged: string[]
  readonly log: Record<'info' | 'warn', (facts: object, message: string) => void>
}

/** What every part is opened with; closed after the test. */
export async function house(dir = temporary(), clock = new TurnedClock()): Promise<House> {
  const observer = await openObserver({ dir, clock })
  onTestFinished(async () => observer[Symbol.asyncDispose]())
  const logged: string[] = []
  const say = (facts: object, message: string): void => {
    logged.push(`${message} ${JSON.stringify(facts)}`)
  }
  return { dir, clock, observer, logged, log: { info: say, warn: say } }
}

const source = { kind: 'agent', by: 'agent-one' } as const
let count = 0
const fresh = (digits: number): string => (++count).toString(16).padStart(digits, '0')

export const span = (more: Partial<SpanPart> = {}): SpanPart => ({
  ...{ trace: fresh(32), span: fresh(16), source, kind: 'task', name: 'work', agent: 'worker' },
  ...{ status: 'ok', ...more }
})

export const guard = (atUs: number, more: Record<string, string | number> = {}): Fact => ({
  ...{ id: `agent-one/00/${++count}`, source, atUs, type: 'guard.tripped', trace: TRACE },
  body: { guard: 'loop', action: 'stopped', reason: 'round and round', limit: 3, value: 4, ...more }
})

export const handoff = (offeredUs: number, more: Partial<HandoffPart> = {}): HandoffPart => ({
  ...{ trace: fresh(32), id: `task/${++count}`, side: 'giver', source, from: 'one', to: 'two' },
  ...{ offeredUs, endedUs: offeredUs + 1_000, status: 'error' },
  ...{ error: { code: 'SKILL_FAILED', message: 'no' }, ...more }
})

export const entry = (more: {
  spans?: readonly SpanPart[]
  facts?: readonly Fact[]
  handoffs?: readonly HandoffPart[]
}) => ({ spans: [], facts: [], handoffs: [], ...more })

export interface Got {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A server on loopback that answers as it is told, and keeps what it got. */
export async function hook(answer: () => number | { status: number; headers: object }) {
  const got: Got[] = []
  const server = createServer((request, response) => {
    text(request).then(
      (body) => {
        got.push({ path: request.url ?? '', headers: request.headers, body })
        const said = answer()
        if (typeof said === 'number') response.writeHead(said).end()
        else response.writeHead(said.status, { ...said.headers }).end()
      },
      () => response.destroy()
    )
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { got, port, url: `http://127.0.0.1:${port}`, host: `127.0.0.1:${port}` }
}
