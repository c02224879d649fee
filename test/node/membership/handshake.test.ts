import type { Stream } from '@libp2p/interface'
import { expect, test } from 'vitest'
import { shakeHands, verdictOf } from '../../../src/node/membership/handshake.ts'
import type { Doorkeeper } from '../../../src/node/membership/handshake.ts'
import { HELLO_BYTES_MAX } from '../../../src/protocol/constants.ts'
import { PeerworkError } from '../../../src/protocol/errors.ts'
import { encodeFrame } from '../../../src/protocol/frame.ts'
import type { AgentId } from '../../../src/protocol/identity.ts'
import type { Credential } from '../../../src/protocol/membership/credential.ts'
import { encodeHello, encodeVerdict } from '../../../src/protocol/membership/handshake.ts'
import type { Verdict } from '../../../src/protocol/membership/handshake.ts'
import { openStreamPair } from '../../helpers/raw-host.ts'
import { ben, BEN_SHOWS, eve, LAB, NOW } from './people.ts'

const HELLO = { v: 1, network: LAB, boot: new Uint8Array(16), now: NOW, credential: BEN_SHOWS }

class Door implements Doorkeeper {
  readonly notes: unknown[] = []
  readonly #verdict: Verdict
  constructor(verdict: Verdict = {}) {
    this.#verdict = verdict
  }
  hello = () => HELLO
  judge = (peer: AgentId) => {
    this.notes.push(['judged', peer])
    return Promise.resolve(this.#verdict)
  }
  granted = (_peer: AgentId, credential: Credential) =>
    void this.notes.push(['granted', credential])
  met = (peer: AgentId) => void this.notes.push(['met', peer])
  refused = (_peer: AgentId, { code }: PeerworkError, by: string) =>
    void this.notes.push(['refused', code, by])
}

const dial = (stream: Stream, door: Door) => shakeHands(stream, ben.id, { door, dialled: true })
const receive = (stream: Stream, door: Door) => shakeHands(stream, eve.id, { door, dialled: false })
const no = verdictOf(new PeerworkError('NOT_A_MEMBER', 'who?'))

test('two that let each other in have met', async () => {
  await using pair = await openStreamPair()
  const [near, far] = [new Door(), new Door()]
  await Promise.all([dial(pair.near, near), receive(pair.far, far)])
  expect(near.notes).toEqual([
    ['judged', ben.id],
    ['met', ben.id]
  ])
  expect(far.notes).toEqual([
    ['judged', eve.id],
    ['met', eve.id]
  ])
})

test('what is sent right behind the handshake is not lost', async () => {
  await using pair = await openStreamPair()
  const receiving = receive(pair.far, new Door())
  await dial(pair.near, new Door())
  pair.near.send(new Uint8Array(Buffer.from('first words')))
  await receiving
  const heard = await new Promise<string>((resolve) => {
    pair.far.addEventListener('message', ({ data }) =>
      resolve(Buffer.from(data.subarray()).toString())
    )
  })
  expect(heard).toBe('first words')
})

test('a stranger hears no, and nothing else of the side that was dialled', async () => {
  await using pair = await openStreamPair()
  const [near, far] = [new Door(), new Door(no)]
  const said: number[] = []
  pair.near.addEventListener('message', ({ data }) => said.push(data.byteLength))
  const receiving = receive(pair.far, far)
  await expect(dial(pair.near, near)).rejects.toMatchObject({
    code: 'NOT_A_MEMBER',
    message: 'who?'
  })
  pair.near.abort(new Error('over'))
  await expect(receiving).rejects.toMatchObject({ code: 'NOT_A_MEMBER' })
  expect(near.notes).toEqual([['refused', 'NOT_A_MEMBER', 'them']])
  expect(far.notes).toEqual([
    ['judged', eve.id],
    ['refused', 'NOT_A_MEMBER', 'us']
  ])
  expect(said).toEqual([encodeFrame(encodeVerdict(no)).length])
})

test('the side that dialled can refuse too, and says so', async () => {
  await using pair = await openStreamPair()
  const [near, far] = [new Door(no), new Door()]
  const dialling = dial(pair.near, near)
  await expect(receive(pair.far, far)).rejects.toMatchObject({ code: 'NOT_A_MEMBER' })
  pair.far.abort(new Error('over'))
  await expect(dialling).rejects.toMatchObject({ code: 'NOT_A_MEMBER' })
  expect(far.notes).toContainEqual(['refused', 'NOT_A_MEMBER', 'them'])
})

test('a newcomer gets its certificate, and no connection', async () => {
  await using pair = await openStreamPair()
  const [near, far] = [new Door(), new Door({ credential: BEN_SHOWS })]
  const receiving = receive(pair.far, far)
  await expect(dial(pair.near, near)).rejects.toThrow()
  pair.near.abort(new Error('over'))
  await expect(receiving).rejects.toMatchObject({ message: /comes back/ })
  expect(near.notes).toEqual([['granted', BEN_SHOWS]])
  expect(far.notes).toEqual([['judged', eve.id]])
})

test('welcome without a name is no welcome', async () => {
  await using pair = await openStreamPair()
  pair.far.send(encodeFrame(encodeVerdict({})))
  await expect(dial(pair.near, new Door())).rejects.toMatchObject({ code: 'MALFORMED' })
})

test.each([
  ['nothing of ours', encodeFrame(new Uint8Array(Buffer.from('GET / HTTP/1.1'))), 'MALFORMED'],
  ['a hello that is too large', Uint8Array.of(0, 0, (HELLO_BYTES_MAX >> 8) + 1, 0), 'TOO_LARGE'],
  ['a verdict for a hello', encodeFrame(encodeVerdict({})), 'MALFORMED'],
  ['a later version', encodeFrame(encodeHello({ ...HELLO, v: 2 })), 'UNSUPPORTED_VERSION']
])('%s ends it', async (_what, bytes, code) => {
  await using pair = await openStreamPair()
  pair.near.send(bytes)
  await expect(receive(pair.far, new Door())).rejects.toMatchObject({ code })
})

test('who says nothing, or too slowly, is not waited for', async () => {
  await using pair = await openStreamPair()
  const receiving = receive(pair.far, new Door())
  pair.near.send(Uint8Array.of(0, 0, 1, 0))
  const slowly = setInterval(() => {
    if (pair.near.status === 'open') pair.near.send(Uint8Array.of(0))
  }, 1_000)
  await expect(receiving).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  clearInterval(slowly)
}, 10_000)
