/** What an agent says of itself, within what others take. */

import type { JsonObject } from '../protocol/json.ts'
import { PeerworkError } from '../protocol/errors.ts'
import type { Card, Offer } from '../protocol/message/card.ts'
import {
  ADDRESSES_MAX,
  LABELS_MAX,
  SCHEMA_LENGTH_MAX,
  SKILLS_MAX
} from '../protocol/message/card.ts'
import type { SkillOffer, Workshop } from '../tasks/work.ts'
import { plain } from './addresses.ts'
import { VERSION } from './version.ts'

/** The part of a card that is the agent's own. */
type Said = 'name' | 'version' | 'addresses' | 'skills' | 'isolation' | 'load' | 'relay'
export type OwnCard = Pick<Card, Said>

/**
 * What the card says right now. Of many addresses it has the first.
 *
 * @throws PeerworkError `SKILL_INVALID` naming the limit, for skills that no peer would read
 */
export function describeAgent(
  name: string,
  addresses: readonly string[],
  workshop: Pick<Workshop, 'isolation' | 'load' | 'offers'>
): OwnCard {
  const skills = workshop.offers().map(toOffer)
  if (skills.length > SKILLS_MAX) {
    throw tooMany(`${skills.length} skills; an agent may offer`, SKILLS_MAX)
  }
  return {
    ...{ name, version: VERSION, isolation: workshop.isolation, load: workshop.load(), skills },
    addresses: addresses.slice(0, ADDRESSES_MAX).map(plain)
  }
}

function toOffer({ name, description, input, output, tags, models, price }: SkillOffer): Offer {
  for (const [what, labels] of Object.entries({ tags, models })) {
    if (labels.length > LABELS_MAX) {
      throw tooMany(`${name}: ${labels.length} ${what}; a skill may have`, LABELS_MAX)
    }
  }
  const schemas = {
    input: schemaText(name, 'input', input),
    output: schemaText(name, 'output', output)
  }
  const labels = { tags: [...tags], models: [...models] }
  const offer = { name, description, ...schemas, ...labels }
  return price === undefined ? offer : { ...offer, price }
}

function schemaText(skill: string, what: string, schema: JsonObject): string {
  const text = JSON.stringify(schema)
  if (text.length <= SCHEMA_LENGTH_MAX) return text
  const has = `${skill}: the JSON Schema of its ${what} has ${text.length} characters; it may have`
  throw tooMany(has, SCHEMA_LENGTH_MAX)
}

const tooMany = (text: string, max: number): PeerworkError =>
  new PeerworkError('SKILL_INVALID', `${text} at most ${max}`, { max })
