/** The parts together, in agents. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createAgent } from '../../../src/index.ts'
import { until } from '../../helpers/processes.ts'

const init = { preset: 'loopback', logLevel: 'silent' } as const

test('a home has the log of its earlier starts, each with its last head', async () => {
  const home = mkdtempSync(join(tmpdir(), 'peerwork-open-traces-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const first = await createAgent({ ...init, home })
  const [own] = (await first.traces.held(first.id, AbortSignal.timeout(5_000))).logs
  await first.stop()
  const second = await createAgent({ ...init, home })
  const list = async () => {
    const { logs } = await second.traces.held(second.id, AbortSignal.timeout(5_000))
    // The start before first, whatever their numbers are.
    return logs.toSorted((one) => (one.boot === own?.boot ? -1 : 1))
  }
  await until('sealed', async () => (await list()).every(({ ranges }) => ranges.length === 1))
  const logs = await list()
  expect(logs.map(({ head }) => head?.body.next)).toEqual([2, expect.any(Number)])
  expect(logs[0]?.ranges).toEqual([{ from: 0, to: 2 }])
  const ask = (at: number) => {
    const { by = '', boot = '' } = logs[at] ?? {}
    return { by, boot, ranges: [{ from: 0, to: 1 }] }
  }
  const [last] = await Array.fromAsync(
    second.traces.get(second.id, ask(0), AbortSignal.timeout(999))
  )
  const [next] = await Array.fromAsync(
    second.traces.get(second.id, ask(1), AbortSignal.timeout(999))
  )
  const [before, after] = [last, next].map((news) =>
    news?.kind === 'batch' ? news.batch : undefined
  )
  expect(after?.body.prev).toEqual(before?.digest)
  await second.stop()
})
