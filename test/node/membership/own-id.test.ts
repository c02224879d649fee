import { expect, test } from 'vitest'
import { openCertificateOwner } from '../../../src/node/membership/own-id.ts'
import { BEN_SHOWS, ben, eve, LAB, owner } from './people.ts'

const own = { network: LAB, owner: owner.id, credential: BEN_SHOWS, addresses: [] }

test('a credential says whose it is, and one of another owner says nothing', () => {
  expect(openCertificateOwner(own)).toBe(ben.id)
  expect(openCertificateOwner({ ...own, owner: eve.id })).toBeUndefined()
})
