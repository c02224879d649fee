import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { listenForInterrupts } from '../../src/cli/interrupts.ts'

function listening() {
  const signals = new EventEmitter()
  const exits: number[] = []
  let time = 0
  let gone = false
  const interrupts = listenForInterrupts(signals, {
    exit: (code) => exits.push(code),
    elapsed: () => time,
    terminalGone: () => gone
  })
  const hangUp = (): void => void (gone = true)
  const send = (name: string, at: number): void => {
    time = at
    signals.emit(name)
  }
  return { interrupts, exits, send, hangUp }
}

test('the first signal asks to finish', () => {
  const { interrupts, exits, send } = listening()
  send('SIGTERM', 0)
  expect(interrupts.signal.aborted).toBe(true)
  expect(interrupts.name).toBe('SIGTERM')
  expect(exits).toEqual([])
})

test('a second Ctrl-C ends at once, a doubled one does not', () => {
  const { exits, send } = listening()
  send('SIGINT', 0)
  send('SIGINT', 20)
  expect(exits).toEqual([])
  send('SIGINT', 500)
  expect(exits).toEqual([130])
})

test('a second request to terminate changes nothing', () => {
  const { exits, send } = listening()
  send('SIGTERM', 0)
  send('SIGTERM', 500)
  expect(exits).toEqual([])
})

test('a hang-up is passed on to whoever reads its configuration again, and ends nothing', () => {
  const { interrupts, send } = listening()
  let heard = 0
  const stop = interrupts.onHangUp?.(() => heard++)
  send('SIGHUP', 0)
  send('SIGHUP', 10)
  expect([heard, interrupts.signal.aborted]).toEqual([2, false])
  stop?.()
  send('SIGHUP', 20)
  expect([heard, interrupts.name]).toEqual([2, 'SIGHUP'])
})

test('a hang-up because the terminal was closed ends the command all the same', () => {
  const { interrupts, send, hangUp } = listening()
  let heard = 0
  interrupts.onHangUp?.(() => heard++)
  hangUp()
  send('SIGHUP', 0)
  expect([heard, interrupts.name]).toEqual([0, 'SIGHUP'])
})
