/** `peerwork help`. */

import { defineCommand } from '../command.ts'
import { commandHelp, overview } from '../help.ts'

export const help = defineCommand({
  name: 'help',
  summary: 'explain a command',
  words: [{ name: 'command', about: 'the command to explain', optional: true }],
  options: {},
  json:
    'Without a command {"commands": {name: summary}}; with one: name, summary, words, ' +
    'options, examples.',
  examples: [
    ['peerwork help', 'all commands'],
    ['peerwork help run', 'one of them']
  ],
  async run({ values, words }, { out, commands }) {
    const [name] = words
    if (name === undefined) {
      if (values.json) out.json({ commands: commands.summaries })
      else out.line(overview(commands.summaries, out.paint))
      return
    }
    const command = await commands.load(name)
    const { summary, words: expected = [], options, examples } = command
    if (values.json) out.json({ name, summary, words: expected, options, examples })
    else out.line(commandHelp(command, out.paint, out.columns))
  }
})
