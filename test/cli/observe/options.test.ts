import { expect, test } from 'vitest'
import { emptyValues } from '../../../src/cli/arguments.ts'
import { COMMON } from '../../../src/cli/command.ts'
import {
  dataOf,
  hostOf,
  OBSERVE_OPTIONS,
  portOf,
  publicUrlOf,
  storeOf
} from '../../../src/cli/observe/options.ts'
import { settledValues } from '../../../src/cli/observe/options.ts'
import type { ObserveValues } from '../../../src/cli/observe/options.ts'

const none = emptyValues({ ...OBSERVE_OPTIONS, ...COMMON }) as unknown as ObserveValues
const env = { XDG_DATA_HOME: '/data' }

test('without a choice the observer has a home of its own, and its data in it', () => {
  const values = settledValues(none, { env })
  expect(dataOf(values, { env, cwd: '/here' })).toBe('/data/peerwork/agents/observer/observer')
  const named = settledValues({ ...none, name: 'eyes' }, { env })
  expect(dataOf(named, { env, cwd: '/here' })).toBe('/data/peerwork/agents/eyes/observer')
  const fixed = { ...env, PEERWORK_HOME: '/home' }
  expect(dataOf(settledValues(none, { env: fixed }), { env: fixed, cwd: '/' })).toBe(
    '/home/observer'
  )
  expect(dataOf({ ...values, data: 'd' }, { env, cwd: '/here' })).toBe('/here/d')
})

test('a port is one', () => {
  expect(portOf({ port: undefined })).toBe(4_319)
  expect(portOf({ port: '0' })).toBe(0)
  for (const port of ['', '-1', '65536', '80a', '1e3', ' 1']) {
    expect(() => portOf({ port })).toThrow('--port is a number')
  }
})

test('where people find it is a scheme, a name and a port', () => {
  const read = (url?: string) => publicUrlOf({ 'public-url': url })?.origin
  expect(read()).toBeUndefined()
  expect(read('https://Traces.Example.com/')).toBe('https://traces.example.com')
  expect(read('http://10.0.0.1:8080')).toBe('http://10.0.0.1:8080')
  const bad = ['', 'traces.example.com', 'ftp://a', 'https://a/b', 'https://u:p@a', 'https://a?b']
  for (const url of [...bad, 'https://a#b', 'https://']) {
    expect(() => read(url)).toThrow('--public-url is like')
  }
})

test('an address that other machines reach needs a word for it', () => {
  for (const host of ['127.0.0.1', '127.9.9.9', '::1']) {
    expect(hostOf({ host, expose: false })).toBe(host)
  }
  expect(hostOf({ host: 'localhost', expose: false })).toBe('127.0.0.1')
  for (const host of ['0.0.0.0', '::', '192.168.1.2', '::ffff:0.0.0.0', '10.0.0.1']) {
    expect(() => hostOf({ host, expose: false })).toThrow(/plain HTTP.*--expose/)
    expect(hostOf({ host, expose: true })).toBe(host)
  }
  expect(() => hostOf({ host: 'example.com', expose: true })).toThrow('is an IP address')
})

test('the address of a database comes from the environment, or from what was typed', () => {
  const typed = { store: 'postgres://a/b' }
  expect(storeOf({ store: undefined }, { env: {} })).toBeUndefined()
  expect(storeOf({ store: undefined }, { env: { PEERWORK_STORE: '' } })).toBeUndefined()
  expect(storeOf({ store: undefined }, { env: { PEERWORK_STORE: 'postgres://c/d' } })).toBe(
    'postgres://c/d'
  )
  expect(storeOf(typed, { env: { PEERWORK_STORE: 'postgres://c/d' } })).toBe('postgres://a/b')
})
