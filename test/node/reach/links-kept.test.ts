import { expect, test } from 'vitest'
import type { Sought } from '../../../src/node/discovery-options.ts'
import { linksOf } from '../../../src/node/reach/links-kept.ts'
import type { RelayUse } from '../../../src/node/reach/relays.ts'

const [BOOT, RELAY] = ['12D3KooWboot', '12D3KooWrelay']
const sought = (one: Partial<Sought>): Sought => ({
  ...{ id: BOOT, address: '/ip4/10.0.0.1/tcp/4001', via: 'bootstrap', error: undefined, apart: 5 },
  ...one
})
const use = (one: Partial<RelayUse>): RelayUse => ({
  ...{ relay: RELAY, state: 'reserved', since: 20, error: null },
  ...one
})
const connected = { peer: () => ({ since: 10 }) }
const apart = { peer: () => undefined }
const none = { uses: [], bootstrap: [], relayVia: [] }

test('a bootstrap link is up since it is connected, or down since it is apart, and why', () => {
  const link = { kind: 'bootstrap', address: '/ip4/10.0.0.1/tcp/4001', peer: BOOT }
  expect(linksOf({ sought: [sought({})], ...none, ...connected })).toEqual([
    { ...link, state: 'up', since: 10, error: null }
  ])
  expect(linksOf({ sought: [sought({ error: 'refused' })], ...none, ...apart })).toEqual([
    { ...link, state: 'down', since: 5, error: 'refused' }
  ])
  expect(linksOf({ sought: [sought({})], ...none, ...apart })).toMatchObject([
    { state: 'connecting' }
  ])
})

test('peers that were merely found are no links that are kept', () => {
  expect(linksOf({ sought: [sought({ via: 'mdns' })], ...none, ...connected })).toEqual([])
})

test('a relay is up with its reservation, not with its connection', () => {
  const sources = { sought: [sought({ id: RELAY })], bootstrap: [], relayVia: [], ...connected }
  expect(linksOf({ ...sources, uses: [use({})] })).toMatchObject([
    { kind: 'relay', state: 'up', since: 20 }
  ])
  const refused = use({ state: 'refused', error: 'it is full' })
  expect(linksOf({ ...sources, uses: [refused] })).toMatchObject([
    { kind: 'relay', state: 'down', since: 20, error: 'it is full' }
  ])
  expect(linksOf({ ...sources, uses: [use({ state: 'asking' })] })).toMatchObject([
    { state: 'connecting' }
  ])
})

test('a named relay that serves as none says so', () => {
  const relayVia = [{ id: undefined, address: '/ip4/10.0.0.1/tcp/4001' }]
  expect(linksOf({ sought: [sought({})], ...none, relayVia, ...connected })).toMatchObject([
    { kind: 'relay', state: 'down', error: 'it does not serve as a relay' }
  ])
})

test('a bootstrap peer that also relays is both, and each part has its own state', () => {
  const bootstrap = [{ id: RELAY, address: '/ip4/10.0.0.9/tcp/4001' }]
  const uses = [use({ state: 'refused', error: 'it is full' })]
  const links = linksOf({ ...none, sought: [sought({ id: RELAY })], uses, bootstrap, ...connected })
  expect(links).toMatchObject([
    { kind: 'bootstrap', state: 'up', since: 10 },
    { kind: 'relay', state: 'down', since: 20 }
  ])
})
