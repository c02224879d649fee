import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { listenForInterrupts } from '../../src/cli/interrupts.ts'

function listening() {
  const signals = new EventEmitter()
  const exits: number[] = []
  let time = 0
  const interrupts = listenForInterrupts(
    signals,
    (code) => exits.push(code),
    () => time
  )
  const send = (name: string, at: number): void => {
    time = at
    signals.emit(name)
  }
  return { interrupts, exits, send }
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
