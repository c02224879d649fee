/** The first skill file of somebody new: short, complete, and running as it stands. */

import { NAME_LENGTH_MAX, SKILL_NAME } from '../protocol/constants.ts'
import { PeerworkError } from '../protocol/errors.ts'

/** @throws PeerworkError `BAD_OPTION` for a name that no skill can have */
export function checkSkillName(name: string): void {
  if (SKILL_NAME.test(name) && name.length <= NAME_LENGTH_MAX) return
  const words = name
    .replaceAll(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .match(/[a-z0-9]+/g)
  const better = (words ?? []).join('-')
  const hint = SKILL_NAME.test(better) ? ` Did you mean ${better}?` : ''
  const message = `a skill is named in lower-case words joined by dashes, not "${name}".${hint}`
  throw new PeerworkError('BAD_OPTION', message, { name })
}

/** @param path how the file is called from where it was made */
export function skillFile(name: string, path: string): string {
  return `/**
 * The skill "${name}". It runs in a sandbox: no files, no network, no environment.
 *
 *   peerwork up --skill ${path} --open
 *   peerwork run ${name} --input '{"text":"hello"}'
 */

import { defineSkill } from 'peerwork'
import * as z from 'zod'

export default defineSkill({
  name: '${name}',
  description: 'Say it louder.',
  input: z.object({ text: z.string().max(10_000) }),
  output: z.object({ text: z.string(), words: z.number() }),
  run({ text }, ctx) {
    ctx.progress('counting words')
    return { text: text.toUpperCase(), words: text.split(/\\s+/).filter(Boolean).length }
  }
})
`
}
