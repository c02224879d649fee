/** The published vectors: what we write, read back through every door. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { cidOf, digest, encode, fromHex, toHex } from '../../src/protocol/canonical.ts'
import { FrameParser } from '../../src/protocol/frame.ts'
import { identityFromSeed } from '../../src/protocol/identity.ts'
import { expectCard } from '../../src/protocol/message/card.ts'
import { expectResult } from '../../src/protocol/message/result.ts'
import { expectCertificate } from '../../src/protocol/membership/certificate.ts'
import { openCredential } from '../../src/protocol/membership/credential.ts'
import { decodeHello } from '../../src/protocol/membership/handshake.ts'
import { expectInvitation, expectRedemption } from '../../src/protocol/membership/invitation.ts'
import { parseJoinLink } from '../../src/protocol/membership/join-link.ts'
import { expectRevocation } from '../../src/protocol/membership/revocation.ts'
import { expectSuccession } from '../../src/protocol/membership/succession.ts'
import { decodeBulkHeader, decodeSessionFrame } from '../../src/protocol/message/session.ts'
import { expectTask } from '../../src/protocol/message/task.ts'
import { open, peek } from '../../src/protocol/seal.ts'
import { expectBatch } from '../../src/protocol/trace.ts'
import { expectHead } from '../../src/protocol/trace-head.ts'
import { alice, bob, NETWORK, NOW } from './samples.ts'
import { ben, LAB, owner, ticket } from './membership/samples.ts'
import { makeVectors, VECTORS } from './vectors.ts'

const vectors = JSON.parse(readFileSync(VECTORS, 'utf8')) as ReturnType<typeof makeVectors>
const at = { network: NETWORK, now: NOW + 300 }
const asAlice = expectTask({ ...at, self: alice.id, sender: bob.id })
const doors = {
  task: (bytes: Uint8Array) => open(bytes, asAlice),
  result: (bytes: Uint8Array) =>
    open(bytes, expectResult({ ...at, self: bob.id, sender: alice.id })),
  card: (bytes: Uint8Array) => open(bytes, expectCard({ ...at, sender: alice.id })),
  batch: (bytes: Uint8Array) => open(bytes, expectBatch(at)),
  head: (bytes: Uint8Array) => open(bytes, expectHead(at)),
  certificate: (bytes: Uint8Array) => open(bytes, expectCertificate(LAB, at.now)),
  invitation: (bytes: Uint8Array) => open(bytes, expectInvitation(LAB, at.now)),
  redemption: (bytes: Uint8Array) => open(bytes, expectRedemption(LAB, ticket.id, at.now)),
  revocation: (bytes: Uint8Array) => open(bytes, expectRevocation(LAB, at.now)),
  succession: (bytes: Uint8Array) => open(bytes, expectSuccession(LAB, at.now))
}

/** DAG-JSON to values; only what the vectors use of it. */
function fromDagJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromDagJson)
  if (typeof value !== 'object' || value === null) return value
  const { '/': special } = value as { '/'?: { bytes: string } }
  if (special !== undefined) return new Uint8Array(Buffer.from(special.bytes, 'base64'))
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, fromDagJson(part)]))
}

test('the published vectors are what the code makes today', () => {
  expect(vectors).toEqual(JSON.parse(JSON.stringify(makeVectors())))
})

test.each(vectors.identities)('the seed of $name gives the id', ({ seed, id }) => {
  expect(identityFromSeed(fromHex(seed)).id).toBe(id)
})

test.each(vectors.seals)('the sealed $kind opens, and has its digest, id and export', (vector) => {
  const bytes = fromHex(vector.sealed)
  const opened = doors[vector.kind as keyof typeof doors](bytes)
  expect(opened.ok && opened.sealed.body).toEqual(fromDagJson(vector.body))
  const payload = peek(bytes).body
  expect(toHex(payload)).toBe(toHex(encode(fromDagJson(vector.body))))
  expect(toHex(digest(payload))).toBe(vector.digest)
  expect(cidOf(payload)).toBe(vector.cid)
  expect(Buffer.from(vector.dsse.payload, 'base64').equals(payload)).toBe(true)
})

test.each(vectors.together)(
  'the $kind that shares a signature opens and has its export',
  (vector) => {
    const bytes = fromHex(vector.sealed)
    const answers = expectResult({ ...at, self: alice.id, sender: bob.id })
    const opened = vector.kind === 'task' ? open(bytes, asAlice) : open(bytes, answers)
    expect(opened.ok && opened.sealed.body).toEqual(fromDagJson(vector.body))
    const { body, standing } = peek(bytes)
    expect(toHex(digest(body))).toBe(vector.digest)
    expect(toHex(encode(fromDagJson(vector.body)))).toBe(toHex(body))
    expect(standing?.size).toBe(3)
    expect(Buffer.from(vector.dsse.leaf?.payload ?? '', 'base64').equals(body)).toBe(true)
  }
)

test('the hello of a member is read, and its credential holds', () => {
  const { hello, network } = vectors.membership
  const read = decodeHello(fromHex(hello.hex))
  expect(read).toEqual(fromDagJson(hello.value))
  const shown = read.credential ?? { certificate: new Uint8Array() }
  const trust = { network, owner: owner.id, now: at.now }
  expect(openCredential(shown, trust)).toMatchObject({ member: ben.id, name: 'ben' })
})

test('the link is read, and its key redeems its invitation', () => {
  const link = parseJoinLink(vectors.membership.link)
  expect(link).toMatchObject({ network: LAB, owner: owner.id })
  expect(identityFromSeed(link.secret).id).toBe(ticket.id)
})

test('the frames are read from the stream as written', () => {
  const stream = Buffer.concat(vectors.frames.map(({ hex }) => fromHex(hex)))
  const frames = [...new FrameParser(64 * 1024).push(stream)].map(decodeSessionFrame)
  expect(frames).toEqual(vectors.frames.map(({ frame }) => fromDagJson(frame)))
})

test('the bulk header is read as written', () => {
  const { id, part } = decodeBulkHeader(fromHex(vectors.bulk.hex))
  expect({ id: toHex(id), part }).toEqual({ id: vectors.bulk.id, part: vectors.bulk.part })
})

test.each(vectors.refused)('a task of $what is refused: $code', ({ sealed, code }) => {
  expect(open(fromHex(sealed), asAlice)).toMatchObject({ ok: false, error: { code } })
})
