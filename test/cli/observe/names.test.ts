import { expect, test } from 'vitest'
import { PeerNames } from '../../../src/cli/observe/names.ts'
import type { Peer, PeerEvent } from '../../../src/node/api.ts'

test('names are learnt from whoever comes, and there is a bound on them', async () => {
  const names = new PeerNames()
  const peer = { id: 'a', name: 'alice' } as Peer
  async function* watchPeers(): AsyncGenerator<PeerEvent> {
    yield { type: 'joined', peer }
    yield { type: 'changed', peer: { ...peer, name: 'Alice' } }
  }
  await names.follow({ watchPeers }, new AbortController().signal)
  expect(names.of('a')).toBe('Alice')
  for (let at = 0; at < 5_000; at++) names.add(String(at), 'x')
  expect(names.of('a')).toBeUndefined()
  expect(names.of('4999')).toBe('x')
})
