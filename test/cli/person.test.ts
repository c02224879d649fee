import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { Context } from '../../src/cli/command.ts'
import { isPersonThere, Person } from '../../src/cli/person.ts'
import { contextOf } from './harness.ts'

function atTerminal() {
  const { context, err } = contextOf({ tty: true })
  const keys = new PassThrough()
  const stdin = Object.assign(keys, { isTTY: true }) as unknown as Context['stdin']
  return { context: { ...context, stdin }, err, type: (text: string) => void keys.write(text) }
}

test('an answer is shown, a secret is not', async () => {
  const { context, err, type } = atTerminal()
  using person = new Person(context)
  const name = person.ask('Name? ')
  type('bob\r')
  expect(await name).toBe('bob')
  const secret = person.askSecret('Secret? ')
  type('open sesame\r')
  expect(await secret).toBe('open sesame')
  expect(err.text).toContain('Name? ')
  expect(err.text).toContain('bob')
  expect(err.text).not.toContain('sesame')
})

test('only a clear yes is one, also when it was typed ahead', async () => {
  const { context, type } = atTerminal()
  using person = new Person(context)
  type('y\rYES\rno\r\rmaybe\r')
  const answers: boolean[] = []
  for (let count = 0; count < 5; count++) answers.push(await person.confirm('Sure?'))
  expect(answers).toEqual([true, true, false, false, false])
})

test('a new passphrase is asked for twice, until both agree; none is an answer', async () => {
  const { context, err, type } = atTerminal()
  using person = new Person(context)
  type('one\rother\rone\rone\r\r')
  expect(await person.askNewPassphrase('the key')).toBe('one')
  expect(err.text).toContain('They differ')
  expect(await person.askNewPassphrase('the key')).toBeUndefined()
})

test('whoever hangs up has answered nothing', async () => {
  const { context } = atTerminal()
  using person = new Person(context)
  const answer = person.ask('There? ')
  person[Symbol.dispose]()
  await expect(answer).rejects.toMatchObject({ code: 'BAD_OPTION' })
})

test('nobody is asked without a terminal, or where a program reads along', () => {
  const { context } = atTerminal()
  expect(isPersonThere(context, false)).toBe(true)
  expect(isPersonThere(context, true)).toBe(false)
  expect(isPersonThere(contextOf({ tty: true }).context, false)).toBe(false)
})
