/** The store's thread without the thread: the same program beside the test, and the same suite. */

import { EventEmitter } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Transferable, Worker } from 'node:worker_threads'
import type { Reply, Request, StartOptions } from '../../../src/observer/sqlite/messages.ts'
import { storeOver } from '../../../src/observer/sqlite/open.ts'
import { Remote } from '../../../src/observer/sqlite/remote.ts'
import { Shift } from '../../../src/observer/sqlite/shift.ts'
import { conformance } from '../conformance.ts'

/** Takes and gives messages as a thread does: copied, in order, never at once. */
class Beside extends EventEmitter {
  readonly #queue: Request[] = []
  readonly #shift: Shift

  constructor(options: StartOptions) {
    super()
    this.#shift = new Shift(options, {
      reply: (reply) => this.#tell(reply),
      more: () => this.#queue.shift(),
      soon: (step) => void setImmediate(step),
      elapsed: () => performance.now(),
      leave: () => void setImmediate(() => this.emit('exit', 0))
    })
    this.#tell({ id: 0, value: undefined })
  }

  postMessage(request: Request, transfer: readonly Transferable[] = []): void {
    this.#queue.push(structuredClone(request, { transfer: [...transfer] }))
    setImmediate(() => {
      const next = this.#queue.shift()
      if (next !== undefined) this.#shift.take(next)
    })
  }

  #tell(reply: Reply): void {
    const copy = structuredClone(reply)
    setImmediate(() => this.emit('message', copy))
  }
}

conformance('SQLite beside the test', async (nowMs) => {
  const dir = await mkdtemp(join(tmpdir(), 'peerwork-shift-'))
  const nowUs = (): number => nowMs * 1_000
  const open = async () => {
    const thread = new Beside({ dir, nowUs: nowUs() }) as unknown as Worker
    const remote = new Remote(thread, nowUs)
    await remote.started()
    return storeOver(remote, thread)
  }
  let store = await open()
  return {
    store,
    reopen: async () => {
      await store[Symbol.asyncDispose]()
      return (store = await open())
    },
    remove: async () => {
      await store[Symbol.asyncDispose]()
      await rm(dir, { recursive: true })
    }
  }
})
