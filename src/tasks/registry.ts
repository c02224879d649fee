/** Skills by name, as they were loaded; what the agent tells others about them. */

import { NAME_LENGTH_MAX, SKILL_NAME } from '../protocol/constants.ts'
import { PeerworkError } from '../protocol/errors.ts'
import type { Pool } from './pool.ts'
import type { LoadedSkill } from './sandbox-messages.ts'
import type { SchemaCheck } from './schema.ts'
import type { SkillOffer } from './work.ts'

export interface Skill {
  readonly loaded: LoadedSkill
  readonly offer: SkillOffer
  readonly pool: Pool
  readonly checkInput: SchemaCheck
  readonly checkOutput: SchemaCheck
}

export class Registry {
  readonly #skills = new Map<string, Skill>()

  /** @throws PeerworkError `SKILL_DUPLICATE`, `SKILL_INVALID` */
  add(skill: Skill, file: string): void {
    const { name } = skill.loaded
    // A runner is not trusted: its word is checked before it becomes ours.
    if (typeof name !== 'string' || name.length > NAME_LENGTH_MAX || !SKILL_NAME.test(name)) {
      throw new PeerworkError('SKILL_INVALID', `${file}: not a skill name`)
    }
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
