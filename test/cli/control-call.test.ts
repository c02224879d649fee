import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ask, askLong, follow } from '../../src/cli/control-call.ts'
import { errorFrom } from '../../src/node/task-failure.ts'
import type { ErrorRecord } from '../../src/protocol/errors.ts'
import { privateHome } from '../node/control-double.ts'

/** A socket that answers every request with these bytes and hangs up. */
async function answering(bytes: string): Promise<string> {
  const path = join(privateHome(), 'control.sock')
  const server = createServer((socket) => socket.once('data', () => socket.end(bytes)))
  await new Promise<void>((resolve) => void server.listen(path, resolve))
  onTestFinished(() => void server.close())
  return path
}

test('nobody there is not running', async () => {
  const asked = ask(join(privateHome(), 'control.sock'), { op: 'info' })
  await expect(asked).rejects.toMatchObject({ code: 'NOT_RUNNING' })
})

test('a stream that breaks off is an error', async () => {
  const path = await answering('{"event":1}\n')
  const seen: number[] = []
  const following = async (): Promise<void> => {
    for await (const event of follow<number>(path, { op: 'tasks' })) seen.push(event)
  }
  await expect(following()).rejects.toMatchObject({ code: 'CONTROL_FAILED' })
  expect(seen).toEqual([1])
})

test('bytes that are no answer are an error', async () => {
  const path = await answering('hello\n')
  await expect(ask(path, { op: 'info' })).rejects.toMatchObject({ code: 'CONTROL_FAILED' })
})

test('an aborted wait is canceled', async () => {
  const path = await answering('')
  const asked = askLong(path, { op: 'tasks' }, AbortSignal.abort())
  await expect(asked).rejects.toMatchObject({ code: 'CANCELED' })
})

test('a code from the future is told, not lost', () => {
  const error = errorFrom({ code: 'NEW_CODE', message: 'later' } as unknown as ErrorRecord)
  expect(error).toMatchObject({ code: 'INTERNAL', message: 'NEW_CODE: later' })
})
