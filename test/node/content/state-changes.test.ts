import { expect, test } from 'vitest'
import { tellState } from '../../../src/node/content/state-changes.ts'
import { CONTENT_BYTES_MAX } from '../../../src/protocol/trace-content.ts'
import type { JsonObject, JsonValue } from '../../../src/protocol/json.ts'
import type { PatchOperation } from '../../../src/tasks/skill.ts'
import { BOB, TASK, TRACE } from '../control-double.ts'

const fields = {
  ...{ trace: TRACE, span: '00000000000000bb', task: TASK, skill: 'shout' },
  ...{ side: 'executor' as const, peer: BOB }
}

function told(state: JsonObject | undefined, changes: readonly PatchOperation[]): JsonValue {
  const texts: string[] = []
  const contents = {
    tell: (_port: unknown, _fields: unknown, of: string, json: Uint8Array) => {
      texts.push(of, Buffer.from(json).toString())
      return 'told' as const
    }
  }
  const port = { emit: (): void => undefined }
  tellState(port, fields, { contents, state, changes })
  expect(texts[0]).toBe('state')
  return JSON.parse(texts[1] ?? '') as JsonValue
}

test('each change says what stood there when the task began, where something did', () => {
  const state = { list: [1, { 'a/b': null }], 'x~y': 'old' }
  const changes: PatchOperation[] = [
    { op: 'replace', path: '/x~0y', value: 'new' },
    { op: 'remove', path: '/list/1/a~1b' },
    { op: 'add', path: '/list/-', value: 2 },
    { op: 'move', path: '/there', from: '/list' },
    { op: 'add', path: '/constructor', value: 0 }
  ]
  expect(told(state, changes)).toEqual([
    { ...changes[0], before: 'old' },
    { ...changes[1], before: null },
    ...changes.slice(2)
  ])
  expect(told(undefined, changes)).toEqual(changes)
})

test('where that would be too much, the changes are told alone', () => {
  const state = { word: 'x'.repeat(CONTENT_BYTES_MAX / 2) }
  const once: PatchOperation[] = [{ op: 'replace', path: '', value: {} }]
  expect(told(state, once)).toEqual([{ ...once[0], before: state }])
  const twice = [...once, ...once]
  expect(told(state, twice)).toEqual(twice)
})

test('of a path that names a secret neither value is told', () => {
  const state = { account: { password: 'old' }, 'api~key': 'old', name: 'old' }
  const changes: PatchOperation[] = [
    { op: 'replace', path: '/account/password', value: 'new' },
    { op: 'add', path: '/account/password/0', value: 'new' },
    { op: 'remove', path: '/account/password' },
    { op: 'test', path: '/clientSecret', value: 'new' },
    { op: 'replace', path: '/name', value: 'new' }
  ]
  const text = '[redacted]'
  expect(told(state, changes)).toEqual([
    { ...changes[0], value: text, before: text },
    { ...changes[1], value: text },
    { ...changes[2], before: text },
    { ...changes[3], value: text },
    { ...changes[4], before: 'old' }
  ])
})
