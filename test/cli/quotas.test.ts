import { expect, test } from 'vitest'
import { quotasOf } from '../../src/cli/quotas.ts'
import { PRESETS } from '../../src/node/presets.ts'
import { toQuotas } from '../../src/node/quota.ts'
import { identityFromSeed } from '../../src/protocol/identity.ts'

const { id } = identityFromSeed(new Uint8Array(32).fill(1))

test('limits of all, of a role and of a peer', () => {
  const texts = ['rate=0.5', 'burst=4', 'bytes=8MiB', 'admin:share=4', `${id}:in-flight=2`]
  const quotas = quotasOf([...texts, 'admin:rate=9'])
  expect(quotas).toEqual({
    ...{ perSecond: 0.5, burst: 4, bytes: 8 * 1024 * 1024 },
    roles: { admin: { share: 4, perSecond: 9 } },
    peers: { [id]: { inFlight: 2 } }
  })
  expect(() => toQuotas(quotas, PRESETS.lan.quota)).not.toThrow()
})

test.each([
  'rate',
  'rate=',
  'rate=-1',
  'rate=5MiB',
  'speed=5',
  'toString=5',
  'owner:rate=5',
  '12D3KooW:rate=5',
  'rate=5 burst=6'
])('%j is no quota', (text) => {
  expect(() => quotasOf([text])).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }))
})
