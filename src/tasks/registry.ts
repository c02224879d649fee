/** Skills by name, as they were loaded; what the agent tells others about them. */

import { NAME_LENGTH_MAX, SKILL_NAME } from '../protocol/constants.ts'
import { PeerworkError } from '../protocol/errors.ts'
import { MEMORY_MB_MAX } from './limits.ts'
import type { Broker } from './fetch-broker.ts'
import type { Pool } from './pool.ts'
import type { LoadedSkill } from './sandbox-messages.ts'
import type { SchemaCheck } from './schema.ts'
import type { SkillOffer } from './work.ts'

/** Entries of `tags`, `models` or `hosts`. */
const LIST_MAX = 100

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
  const { name, description, input, output, tags, models } = loaded
  return { name, description, input, output, tags, models }
}

/**
 * A runner is not trusted: what it says of its skill is checked before it becomes our word.
 *
 * @throws PeerworkError `SKILL_INVALID` naming the field
 */
export function checkLoaded(skill: LoadedSkill, file: string): LoadedSkill {
  const { name, description, memoryMb, concurrency, timeoutMs } = skill
  const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null
  const isTexts = (value: unknown): boolean =>
    Array.isArray(value) &&
    value.length <= LIST_MAX &&
    value.every((item) => typeof item === 'string' && item.length <= 200)
  const faults = {
    name: typeof name !== 'string' || name.length > NAME_LENGTH_MAX || !SKILL_NAME.test(name),
    description: typeof description !== 'string' || description.length > 1000,
    input: !isObject(skill.input),
    output: !isObject(skill.output),
    tags: !isTexts(skill.tags),
    models: !isTexts(skill.models),
    hosts: !isTexts(skill.hosts),
    memoryMb: !Number.isInteger(memoryMb) || memoryMb < 1 || memoryMb > MEMORY_MB_MAX,
    concurrency: !Number.isInteger(concurrency) || concurrency < 1,
    timeoutMs: timeoutMs !== null && !(Number.isFinite(timeoutMs) && timeoutMs > 0)
  }
  const bad = Object.entries(faults).find(([, wrong]) => wrong)
  if (bad === undefined) return skill
  throw new PeerworkError('SKILL_INVALID', `${file}: ${bad[0]} is not usable`)
}
