/** What the addresses of the network, of one task, of prices and of the asker answer. */

import * as z from 'zod/mini'
import { handoff } from './answers.ts'
import { SCOPES } from './access/caller.ts'

const text = z.string()
const textOrNull = z.nullable(text)
const count = z.number()
const ms = z.number().check(z.meta({ description: 'ms since 1970.' }))
const load = z.object({ running: count, queued: count, capacity: count })

const finding = z.object({
  code: text,
  level: z.enum(['pass', 'warn', 'fail']),
  what: text,
  why: text,
  hint: textOrNull
})
const link = z.object({
  kind: z.enum(['bootstrap', 'relay']),
  address: text,
  peer: textOrNull,
  state: z.enum(['up', 'connecting', 'down']),
  since: ms,
  error: textOrNull
})
const membership = z.object({
  name: text,
  owner: text,
  roles: z.array(text),
  expires: z.nullable(ms),
  problems: z.array(z.object({ code: text, message: text }))
})
const agent = z.object({
  id: text,
  name: text,
  version: text,
  network: text,
  addresses: z.array(text),
  started: ms,
  state: z.enum(['ok', 'degraded', 'down']),
  alone: textOrNull.check(z.meta({ description: 'Why there are no peers; null when there are.' })),
  findings: z.array(finding),
  links: z.array(link),
  membership: z.nullable(membership)
})
const peer = z.object({
  id: text,
  name: text,
  version: text,
  skills: z.array(text),
  load,
  link: z.enum(['direct', 'relayed']),
  via: text,
  since: ms,
  roundTripMs: z.nullable(count),
  isolation: text,
  addresses: z.array(text)
})
const member = z.object({
  id: text,
  name: text,
  roles: z.array(text),
  state: z.enum(['member', 'expired', 'revoked', 'moved']),
  expires: ms,
  lastSeen: z.nullable(ms),
  connected: z.boolean(),
  self: z.boolean(),
  reason: textOrNull
})
export const network = z.object({
  agent: z
    .nullable(agent)
    .check(z.meta({ description: 'Null for an observer that listens only over HTTP.' })),
  peers: z.array(peer),
  members: z
    .nullable(z.array(member))
    .check(z.meta({ description: 'Null in a network without an owner.' }))
})

const step = z.object({
  atUs: count.check(z.meta({ description: 'µs since 1970, by the clock of that side.' })),
  side: z.enum(['giver', 'taker']),
  by: text,
  what: text,
  about: textOrNull,
  span: textOrNull,
  sealed: z.boolean()
})
export const task = z.object({
  task: text,
  trace: textOrNull,
  looked: count,
  all: z.boolean().check(z.meta({ description: 'False: older handoffs were not looked through.' })),
  handoffs: z.array(handoff),
  steps: z.array(step)
})

const price = z.object({
  model: text,
  provider: textOrNull,
  from: text,
  input: count,
  output: count,
  cacheRead: z.nullable(count),
  cacheWrite: z.nullable(count)
})
export const prices = z.object({
  currency: z.literal('USD'),
  per: z.literal(1_000_000).check(z.meta({ description: 'Tokens that a price is for.' })),
  newest: text.check(z.meta({ description: 'Day of the newest price of the list.' })),
  file: textOrNull.check(z.meta({ description: 'Of own prices; told to admins.' })),
  own: z.array(price),
  list: z.array(price)
})

export const me = z.object({
  name: text,
  by: z.enum(['key', 'session']),
  scopes: z.array(z.enum(SCOPES))
})
