/** The program of the store's thread: SQLite is synchronous, and nobody else waits for it. */

import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { toPeerworkError, toRecord } from '../../protocol/errors.ts'
import { systemClock } from '../../node/clock.ts'
import type { Reply, Request, StartOptions } from './messages.ts'
import { Shift } from './shift.ts'

const port = parentPort
if (port === null) throw new Error('this file is the program of a thread')

/** The first reply, before any request: whether the files could be opened. */
const STARTED = 0

try {
  const shift = new Shift(workerData as StartOptions, {
    reply: (reply: Reply) => port.postMessage(reply),
    more: () => receiveMessageOnPort(port)?.message as Request | undefined,
    soon: (step) => void setImmediate(step),
    elapsed: () => systemClock.elapsed(),
    leave: () => port.close()
  })
  port.on('message', (request: Request) => shift.take(request))
  port.postMessage({ id: STARTED, value: undefined } satisfies Reply)
} catch (error) {
  port.postMessage({ id: STARTED, error: toRecord(toPeerworkError(error)) } satisfies Reply)
  port.close()
}
