/**
 * A trip is planned: the planner hands the search to a researcher, the booking to a booker and the
 * letter to a summariser. In one run the search is slow, the price that it found has run out by the
 * time the booker uses it, and the booking fails: what a new user is to find.
 */

import type { JsonObject, JsonValue } from '../../protocol/json.ts'
import type { Time } from './scene.ts'
import { Scene } from './scene.ts'

export interface Trip {
  readonly trace: string
  /** ms since 1970 */
  readonly beginMs: number
  readonly city: string
  /** Of all steps but the slow search, as a factor: runs differ a little. */
  readonly pace: number
  readonly fails: boolean
}

/** How long a price holds, s, and how long the search takes, ms. */
const VALID_S = 30
const SEARCH_MS = { quick: 1_450, slow: 37_900 }
const SEARCH_LIMIT_MS = 20_000
const CODE = 'FARE_EXPIRED'

export function planTrip(trip: Trip): Scene {
  const scene = new Scene(trip.trace, trip.beginMs)
  const { pace, fails, city } = trip
  const search = fails ? SEARCH_MS.slow : SEARCH_MS.quick * pace
  const found = 4_000 * pace + search + 2_300 * pace
  const booked = found + (fails ? 1_900 : 3_600) * pace
  const end = fails ? booked + 400 : booked + 3_200 * pace
  const failure = {
    code: 'HANDOFF_FAILED',
    message: `the booker gave the booking back: ${CODE}`
  }
  const root = scene.span('plan a trip', [0, end], {
    ...{ kind: 'workflow', agent: 'planner', conversation: `trip to ${city}` },
    ...(fails && { error: failure })
  })
  const play: Play = { scene, trip, root }
  plan(play)
  research(play, [4_000 * pace, found], search)
  book(play, [found + 150, booked])
  if (!fails) summarise(play, [booked + 150, end - 100])
  return scene
}

interface Play {
  readonly scene: Scene
  readonly trip: Trip
  readonly root: string
}

function plan({ scene, trip: { pace, city }, root }: Play): void {
  const at = (ms: number): number => ms * pace
  const step = scene.span('make a plan', [at(100), at(3_700)], {
    ...{ parent: root, kind: 'agent', agent: 'planner' }
  })
  model(scene, { parent: step, agent: 'planner', name: 'claude-sonnet-4' }, [at(200), at(3_500)], {
    ...{ input: 1_840, output: 312 },
    ask: `Plan a weekend in ${city} for two, by plane, for at most 900 EUR.`,
    answer: 'First find fares and a hotel, then book both, then write to the traveller.'
  })
  change(scene, step, { at: at(3_600), author: 'planner' }, [
    { op: 'add', path: '/trip', value: { city, nights: 2, people: 2 } },
    { op: 'add', path: '/budget', value: 900 }
  ])
  // Meanwhile, beside the search: both change the budget, knowing nothing of each other.
  const asks = scene.span('ask the traveller', [at(4_200), at(6_500)], {
    ...{ parent: root, kind: 'step', agent: 'planner' }
  })
  change(scene, asks, { at: at(6_100), author: 'planner' }, [
    { op: 'replace', path: '/budget', value: 1_000 }
  ])
}

function research({ scene, trip, root }: Play, [from, to]: Time, search: number): void {
  const { fails, pace, city } = trip
  const giver = scene.span('find a fare', [from, to], {
    ...{ parent: root, kind: 'task', agent: 'planner', skill: 'research', peer: 'researcher' },
    side: 'requester'
  })
  const taker = scene.span('find a fare', [from + 120, to - 40], {
    ...{ parent: giver, kind: 'task', agent: 'researcher', skill: 'research', peer: 'planner' },
    ...{ side: 'executor', waitedMs: 60 }
  })
  const quoted = from + 500
  const within = { parent: taker, agent: 'researcher' }
  scene.span('fares.search', [quoted - 200, quoted + search], {
    ...{ ...within, kind: 'tool', tool: 'fares.search', cost: 0.01, costSource: 'reported' },
    attributes: { 'fares.to': city, 'fares.pages': fails ? 41 : 2 }
  })
  if (fails) {
    const body = {
      ...{ guard: 'duration', action: 'warned', limit: SEARCH_LIMIT_MS, value: search },
      reason: `fares.search took ${search / 1_000} s, more than ${SEARCH_LIMIT_MS / 1_000} s`
    }
    scene.fact('guard.tripped', taker, { at: quoted + SEARCH_LIMIT_MS, body })
  }
  const done = quoted + search
  scene.span('city guide', [done + 50, done + 420 * pace], { ...within, kind: 'retrieval' })
  model(scene, { ...within, name: 'gpt-4.1-mini' }, [done + 440 * pace, to - 200], {
    ...{ input: fails ? 18_400 : 3_150, output: 204 },
    ask: `Which of these fares to ${city} is best?`,
    answer: `Quote Q-7781, 212 EUR, valid for ${VALID_S} s from when it was fetched.`
  })
  change(scene, taker, { at: to - 160, author: 'researcher' }, [
    { op: 'add', path: '/fare', value: { quote: 'Q-7781', eur: 212, validSeconds: VALID_S } },
    { op: 'replace', path: '/budget', value: 850 }
  ])
  const who = { from: 'planner', to: 'researcher', skill: 'research', bytes: 2_340, cost: 0.013 }
  scene.handoff({ ...who, spans: [giver, taker], times: [from, from + 180, to - 40] })
}

function book({ scene, trip: { fails, pace, city }, root }: Play, [from, to]: Time): void {
  const age = Math.round(SEARCH_MS.slow / 1_000) + 3
  const failure = {
    code: CODE,
    message:
      `quote Q-7781 is ${age} s old and was valid for ${VALID_S} s: ` +
      'the search that found it took too long; search again before booking'
  }
  const failed = fails ? { error: failure } : {}
  const giver = scene.span('book it', [from, to], {
    ...{ parent: root, kind: 'task', agent: 'planner', skill: 'book', peer: 'booker' },
    ...{ side: 'requester', ...failed }
  })
  const taker = scene.span('book it', [from + 100, to - 40], {
    ...{ parent: giver, kind: 'task', agent: 'booker', skill: 'book', peer: 'planner' },
    ...{ side: 'executor', waitedMs: 40, ...failed }
  })
  const within = { parent: taker, agent: 'booker' }
  model(scene, { ...within, name: 'gpt-4.1-mini' }, [from + 160, from + 900 * pace], {
    ...{ input: 960, output: 88 },
    ask: 'Turn this into a booking: quote Q-7781, two people, two nights.',
    answer: 'flights.book Q-7781 for 2; hotels.book for 2 nights.'
  })
  const paid = from + 1_650 * pace
  scene.span('flights.book', [from + 950 * pace, paid], {
    ...{ ...within, kind: 'tool', tool: 'flights.book', ...failed },
    attributes: { 'fare.quote': 'Q-7781', 'fare.valid_seconds': VALID_S }
  })
  if (!fails) {
    scene.span('hotels.book', [paid + 40, to - 200], {
      ...within,
      kind: 'tool',
      tool: 'hotels.book'
    })
    change(scene, taker, { at: to - 120, author: 'booker' }, [
      { op: 'add', path: '/booking', value: { flight: 'PW 212', hotel: `Hotel ${city}` } }
    ])
  }
  const who = { from: 'planner', to: 'booker', skill: 'book', bytes: 1_120, ...failed }
  scene.handoff({ ...who, spans: [giver, taker], times: [from, from + 140, to - 40] })
}

function summarise({ scene, trip: { pace, city }, root }: Play, [from, to]: Time): void {
  const giver = scene.span('write to the traveller', [from, to], {
    ...{ parent: root, kind: 'task', agent: 'planner', skill: 'summarise', peer: 'summariser' },
    side: 'requester'
  })
  const taker = scene.span('write to the traveller', [from + 90, to - 30], {
    ...{ parent: giver, kind: 'task', agent: 'summariser', skill: 'summarise', peer: 'planner' },
    ...{ side: 'executor', waitedMs: 30 }
  })
  const place = { parent: taker, agent: 'summariser', name: 'claude-haiku-4-5' }
  model(scene, place, [from + 150 * pace, to - 120], {
    ...{ input: 1_220, output: 168 },
    ask: 'Write two friendly sentences about this booking.',
    answer: `Your weekend in ${city} is booked. Have a good flight!`
  })
  const who = { from: 'planner', to: 'summariser', skill: 'summarise', bytes: 880, cost: 0.002 }
  scene.handoff({ ...who, spans: [giver, taker], times: [from, from + 120, to - 30] })
}

interface Talk {
  readonly input: number
  readonly output: number
  readonly ask: string
  readonly answer: string
}

/** A call of a model; what it cost is estimated from its tokens, as for anybody's. */
function model(
  scene: Scene,
  { name, ...place }: { readonly name: string; readonly parent: string; readonly agent: string },
  time: Time,
  { input, output, ask, answer }: Talk
): void {
  const provider = name.startsWith('claude') ? 'anthropic' : 'openai'
  scene.span(name, time, {
    ...{ ...place, kind: 'model', model: name, provider, tokens: { input, output } },
    attributes: {
      'gen_ai.input.messages': said('user', ask),
      'gen_ai.output.messages': said('assistant', answer)
    }
  })
}

/** As OpenTelemetry's GenAI conventions write messages. */
const said = (role: string, content: string): string =>
  JSON.stringify([{ role, parts: [{ type: 'text', content }] }])

interface Operation {
  readonly op: 'add' | 'replace'
  readonly path: string
  readonly value: JsonValue
}

function change(
  scene: Scene,
  span: string,
  { at, author }: { readonly at: number; readonly author: string },
  operations: readonly Operation[]
): void {
  const plain = operations.map((operation): JsonObject => ({ ...operation }))
  scene.fact('state.changed', span, { at, body: { author, operations: plain } })
}
