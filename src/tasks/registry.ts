/** Skills by name, as they were loaded; what the agent tells others about them. */

import { LABEL_LENGTH_MAX, NAME_LENGTH_MAX, SKILL_NAME } from '../protocol/constants.ts'
import { PeerworkError } from '../protocol/errors.ts'
import { isPrice, LABELS_MAX, SCHEMA_LENGTH_MAX } from '../protocol/message/card.ts'
import { MEMORY_MB_MAX } from './limits.ts'
import type { Broker } from './fetch-broker.ts'
import type { Pool } from './pool.ts'
import type { LoadedSkill } from './sandbox-messages.ts'
import type { SchemaCheck } from './schema.ts'
import type { SkillOffer } from './work.ts'

/** Entries of `hosts`, which stay here. */
const HOSTS_MAX = 100

export interface Skill {
  readonly loaded: LoadedSkill
  readonly offer: SkillOffer
  readonly pool: Pool
  readonly broker: Broker
  readonly checkInput: SchemaCheck
  readonly checkOutput: SchemaCheck
}

export class Registry {
  readonly #skills = new Map<string, Skill>()

  /** @throws PeerworkError `SKILL_DUPLICATE` */
  add(skill: Skill): void {
    const { name } = skill.loaded
    if (this.#skills.has(name)) {
      throw new PeerworkError('SKILL_DUPLICATE', `two skills are named ${name}`, { skill: name })
    }
    this.#skills.set(name, skill)
  }

  /** @throws PeerworkError `SKILL_UNKNOWN` */
  get(name: string): Skill {
    const skill = this.#skills.get(name)
    if (skill !== undefined) return skill
    const text = `this agent offers no skill named ${name}`
    throw new PeerworkError('SKILL_UNKNOWN', text, { skill: name })
  }

  offers(): readonly SkillOffer[] {
    return [...this.#skills.values()].map((skill) => skill.offer)
  }
}

export function offerOf(loaded: LoadedSkill): SkillOffer {
  const { name, description, input, output, tags, models, price } = loaded
  const offer = { name, description, input, output, tags, models }
  return price === null ? offer : { ...offer, price }
}

/**
 * A runner is not trusted: what it says of its skill is checked before it becomes our word.
 *
 * @throws PeerworkError `SKILL_INVALID` naming the field
 */
export function checkLoaded(skill: LoadedSkill, file: string): LoadedSkill {
  const { name, description, memoryMb, concurrency, timeoutMs } = skill
  const whole = (value: number, max: number): boolean =>
    Number.isInteger(value) && value >= 1 && value <= max
  const faults = {
    name: typeof name !== 'string' || name.length > NAME_LENGTH_MAX || !SKILL_NAME.test(name),
    description: typeof description !== 'string' || description.length > 1000,
    memoryMb: !whole(memoryMb, MEMORY_MB_MAX),
    concurrency: !whole(concurrency, Number.MAX_SAFE_INTEGER),
    price: skill.price !== null && !isPrice(skill.price),
    timeoutMs: timeoutMs !== null && !(Number.isFinite(timeoutMs) && timeoutMs > 0)
  }
  const wrong = {
    ...Object.fromEntries(Object.entries(faults).map(([field, bad]) => [field, bad && 'unusable'])),
    input: schemaFault(skill.input),
    output: schemaFault(skill.output),
    tags: listFault(skill.tags, LABELS_MAX),
    models: listFault(skill.models, LABELS_MAX),
    hosts: listFault(skill.hosts, HOSTS_MAX)
  }
  const found = Object.entries(wrong).find(([, fault]) => typeof fault === 'string')
  if (found === undefined) return skill
  throw new PeerworkError('SKILL_INVALID', `${file}: ${found[0]}: ${found[1]}`)
}

/** No peer accepts a card that says more. */
function listFault(list: unknown, max: number): string | undefined {
  if (!Array.isArray(list)) return 'not a list'
  if (list.length > max) return `${list.length} entries, at most ${max}`
  const fits = (item: unknown): boolean =>
    typeof item === 'string' && item.length <= LABEL_LENGTH_MAX
  return list.every(fits)
    ? undefined
    : `not all are texts of at most ${LABEL_LENGTH_MAX} characters`
}

function schemaFault(schema: unknown): string | undefined {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return 'not a schema'
  const { length } = JSON.stringify(schema)
  if (length <= SCHEMA_LENGTH_MAX) return undefined
  return `a JSON Schema of ${length} characters, at most ${SCHEMA_LENGTH_MAX}`
}
