import { expect, test } from 'vitest'
import { mayCall, SCOPES } from '../../../src/gateway/access/caller.ts'
import type { Scope } from '../../../src/gateway/access/caller.ts'

test('an admin may everything; bringing and reading do not include each other', () => {
  const may = (scope: Scope) =>
    SCOPES.filter((wanted) => mayCall({ name: 'k', by: 'key', scopes: [scope] }, wanted))
  expect(may('ingest')).toEqual(['ingest'])
  expect(may('read')).toEqual(['read'])
  expect(may('admin')).toEqual(['ingest', 'read', 'admin'])
  expect(mayCall({ name: 'k', by: 'key', scopes: [] }, 'read')).toBe(false)
})
