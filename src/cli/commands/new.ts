/** `peerwork new skill <name>`: a skill file that runs at once. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { PeerworkError } from '../../protocol/errors.ts'
import { defineCommand } from '../command.ts'
import { checkSkillName, skillFile } from '../scaffold.ts'
import { homeOf } from '../session.ts'

export const create = defineCommand({
  name: 'new',
  summary: 'write a first skill file that runs at once',
  words: [
    { name: 'thing', about: 'the word skill', choices: ['skill'] },
    { name: 'name', about: 'the name of the skill: lower-case words joined by dashes' }
  ],
  options: {},
  json: 'One object: {"file": "<path>", "skill": "<name>"}.',
  examples: [
    ['peerwork new skill shout', 'writes ./shout.ts'],
    ['peerwork up --skill ./shout.ts --open', 'and offers it']
  ],
  async run({ values, words }, context) {
    const { cwd, out, err } = context
    const [, name = ''] = words
    checkSkillName(name)
    // A skill may read its own folder, which therefore must not hold the agents' keys.
    const exposed = homeOf(values, context).startsWith(cwd.endsWith(sep) ? cwd : cwd + sep)
    const file = join(cwd, exposed ? 'skills' : '', `${name}.ts`)
    const shown = `.${sep}${relative(cwd, file)}`
    write(file, skillFile(name, shown))
    if (values.json) return out.json({ file, skill: name })
    const { paint } = err
    err.line(`${paint('green', '✔')} wrote ${shown}`)
    err.line()
    err.line('Offer it:')
    err.line(`  ${paint('cyan', `peerwork up --skill ${shown} --open`)}`)
    err.line('Have it done, in another terminal:')
    err.line(`  ${paint('cyan', `peerwork run ${name} --input '{"text":"hello"}'`)}`)
    return Promise.resolve()
  }
})

/** Never over a file that is there. */
function write(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text, { flag: 'wx' })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === 'EEXIST' ? `${file} is there already` : `cannot write: ${message}`
    throw new PeerworkError('BAD_OPTION', why, { file }, error)
  }
}
