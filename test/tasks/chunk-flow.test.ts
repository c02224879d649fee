import { describe, expect, it } from 'vitest'
import { createChunkFlow } from '../../src/tasks/chunk-flow.ts'
import type { Work } from '../../src/tasks/work.ts'

const workOf = (chunk: (bytes: Uint8Array) => Promise<void>): Work =>
  ({ on: { chunk } }) as unknown as Work

describe('the flow of chunks', () => {
  it('delivers one after the other and credits each once it was taken', async () => {
    const log: string[] = []
    const work = workOf(async (bytes) => {
      log.push(`start ${bytes[0]}`)
      await new Promise((resolve) => setTimeout(resolve, 2))
      log.push(`end ${bytes[0]}`)
    })
    const flow = createChunkFlow(
      work,
      (bytes) => log.push(`credit ${bytes}`),
      () => undefined
    )
    flow.push(new Uint8Array([1]))
    flow.push(new Uint8Array([2, 0]))
    await flow.drained()
    expect(log).toEqual(['start 1', 'end 1', 'credit 1', 'start 2', 'end 2', 'credit 2'])
  })

  it('refuses more than the window holds', () => {
    const flow = createChunkFlow(
      workOf(() => new Promise(() => undefined)),
      () => 0,
      () => 0
    )
    for (let n = 0; n < 8; n++) flow.push(new Uint8Array(1))
    expect(() => flow.push(new Uint8Array(1))).toThrow(
      expect.objectContaining({ code: 'MALFORMED' })
    )
  })

  it('does not keep anybody waiting once it is stopped', async () => {
    const flow = createChunkFlow(
      workOf(() => new Promise(() => undefined)),
      () => 0,
      () => 0
    )
    flow.push(new Uint8Array(1))
    flow.stop()
    await flow.drained()
  })

  it('reports a reader that is gone, once', async () => {
    const codes: string[] = []
    const work = workOf(() => Promise.reject(new Error('gone')))
    const flow = createChunkFlow(
      work,
      () => 0,
      ({ code }) => codes.push(code)
    )
    flow.push(new Uint8Array(1))
    flow.push(new Uint8Array(1))
    await flow.drained()
    expect(codes).toEqual(['PEER_LOST'])
  })
})
