/** `peerwork new skill <name>`: a skill file that runs at once. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PeerworkError } from '../../protocol/errors.ts'
import { defineCommand } from '../command.ts'
import { checkSkillName, skillFile } from '../scaffold.ts'

export const create = defineCommand({
  name: 'new',
  summary: 'write a first skill file that runs at once',
  words: [
    { name: 'thing', about: 'what to make', choices: ['skill'] },
    { name: 'name', about: 'the name of the skill: lower-case words joined by dashes' }
  ],
  options: {},
  json: 'One object: {"file": "<path>", "skill": "<name>"}.',
  examples: [
    ['peerwork new skill shout', 'writes ./shout.ts'],
    ['peerwork up --skill ./shout.ts --open', 'and offers it']
  ],
  async run({ values, words }, { cwd, out, err }) {
    const [, name = ''] = words
    checkSkillName(name)
    const file = join(cwd, `${name}.ts`)
    write(file, skillFile(name))
    if (values.json) return out.json({ file, skill: name })
    const { paint } = err
    err.line(`${paint('green', '✔')} wrote ${name}.ts`)
    err.line()
    err.line('Offer it:')
    err.line(`  ${paint('cyan', `peerwork up --skill ./${name}.ts --open`)}`)
    err.line('Have it done, in another terminal:')
    err.line(`  ${paint('cyan', `peerwork run ${name} --input '{"text":"hello"}'`)}`)
    return Promise.resolve()
  }
})

/** Never over a file that is there. */
function write(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx' })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === 'EEXIST' ? `${file} is there already` : `cannot write: ${message}`
    throw new PeerworkError('BAD_OPTION', why, { file }, error)
  }
}
