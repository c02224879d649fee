import type { Connection } from '@libp2p/interface'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Sessions } from '../../src/node/session.ts'
import { EvilPeer } from '../helpers/evil-peer.ts'
import { until } from '../helpers/processes.ts'
import { createRawHost } from '../helpers/raw-host.ts'
import type { RawHost } from '../helpers/raw-host.ts'

const ID = 'ab'.repeat(16)
let evil: EvilPeer
let near: RawHost
let connection: Connection
let sessions: Sessions

beforeEach(async () => {
  evil = await EvilPeer.create()
  near = await createRawHost()
  connection = await near.dial(evil.address)
  sessions = new Sessions()
})
afterEach(async () => {
  await near[Symbol.asyncDispose]()
  await evil[Symbol.asyncDispose]()
})

/** Say something, so that the other side hears of the stream. */
async function open() {
  const session = await sessions.to(evil.id, connection)
  session.send({ kind: 'cancel', id: Buffer.from(ID, 'hex') })
  return session
}

test('all tasks of a peer share one session, also those that ask at the same moment', async () => {
  const all = await Promise.all(Array.from({ length: 10 }, () => open()))
  expect(new Set(all).size).toBe(1)
  expect(await open()).toBe(all[0])
  await until('heard', () => evil.sessions.length > 0)
  expect(evil.sessions).toHaveLength(1)
})

test('answers reach the task they are for, and no other', async () => {
  const session = await open()
  const heard: string[] = []
  session.listen(ID, { reply: ({ kind }) => heard.push(kind), lost: () => heard.push('lost') })
  await until('heard', () => evil.sessions.length > 0)
  const far = evil.sessions[0]
  far?.send({ kind: 'accepted', id: new Uint8Array(16), ahead: 1 })
  far?.send({ kind: 'accepted', id: Buffer.from(ID, 'hex'), ahead: 1 })
  await until('answered', () => heard.length > 0)
  session.forget(ID)
  far?.send({ kind: 'progress', id: Buffer.from(ID, 'hex'), message: 'late' })
  await far?.end()
  await until('closed', () => session.closed)
  expect(heard).toEqual(['accepted'])
})

test('when the peer hangs up every task hears it, and the next gets a new session', async () => {
  const session = await open()
  const lost: string[] = []
  for (const id of [ID, 'cd'.repeat(16)]) {
    session.listen(id, { reply: () => undefined, lost: ({ code }) => lost.push(code) })
  }
  await until('heard', () => evil.sessions.length > 0)
  await evil.sessions[0]?.end()
  await until('lost', () => lost.length === 2)
  expect(lost).toEqual(['PEER_LOST', 'PEER_LOST'])
  const next = await open()
  expect(next).not.toBe(session)
  expect(next.closed).toBe(false)
  await until('heard', () => evil.sessions.length === 2)
})

test('a new connection means a new session', async () => {
  const session = await open()
  connection.abort(new Error('the cable'))
  await until('closed', () => session.closed)
  connection = await near.dial(evil.address)
  expect(await open()).not.toBe(session)
})

test('a connection that is gone is PEER_LOST', async () => {
  await connection.close()
  await expect(sessions.to(evil.id, connection)).rejects.toMatchObject({ code: 'PEER_LOST' })
})

test('closing ends what is open', async () => {
  const session = await open()
  await until('heard', () => evil.sessions.length > 0)
  await sessions.close()
  await until('the other side knows', () => evil.sessions[0]?.closed === true)
  await until('and this one', () => session.closed)
})

test('a peer whose connection is gone is forgotten, and one that was never reached', async () => {
  await open()
  expect(sessions.size).toBe(1)
  connection.abort(new Error('the cable'))
  await until('forgotten', () => sessions.size === 0)
  await expect(sessions.to(evil.id, connection)).rejects.toMatchObject({ code: 'PEER_LOST' })
  expect(sessions.size).toBe(0)
})
