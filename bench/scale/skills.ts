/** Skills for crowds: each agent offers one that bears its own name. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Write a skill that answers with its own name and what it was asked. Without a schema library, so
 * that a hundred runners start as fast as they can.
 *
 * @returns the path of the file
 */
export function writeSkill(folder: string, name: string): string {
  const file = join(folder, `${name}.mjs`)
  const text = `
const schema = (type) => ({ '~standard': {
  version: 1, vendor: 'crowd',
  validate: (value) =>
    typeof value === type ? { value } : { issues: [{ message: 'not a ' + type }] },
  jsonSchema: { input: () => ({ type }), output: () => ({ type }) }
} })
export default {
  name: '${name}', description: 'Says who it is.',
  input: schema('number'), output: schema('string'),
  run: (number) => '${name} ' + number
}
`
  writeFileSync(file, text)
  return file
}
