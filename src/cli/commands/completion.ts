/** `peerwork completion <shell>`: a script that teaches a shell the commands and options. */

import { COMMON, defineCommand } from '../command.ts'
import type { CommandTable } from '../command.ts'
import { bashCompletion } from '../shells/bash.ts'
import { fishCompletion } from '../shells/fish.ts'
import type { Completable } from '../shells/completable.ts'
import { zshCompletion } from '../shells/zsh.ts'

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const

export const completion = defineCommand({
  name: 'completion',
  summary: 'print shell completion',
  words: [{ name: 'shell', about: 'bash, zsh or fish', choices: Object.keys(SHELLS) }],
  options: {},
  json: 'One object: {"shell": "<name>", "script": "<text>"}.',
  examples: [
    ['source <(peerwork completion bash)', 'in ~/.bashrc'],
    ['peerwork completion zsh > ~/.zfunc/_peerwork', 'zsh, with fpath+=~/.zfunc before compinit'],
    ['peerwork completion fish > ~/.config/fish/completions/peerwork.fish', 'fish']
  ],
  async run({ values, words }, { out, commands }) {
    const shell = (words[0] ?? 'bash') as keyof typeof SHELLS
    const script = SHELLS[shell](await completables(commands))
    if (values.json) out.json({ shell, script })
    else out.raw(script)
  }
})

export async function completables(commands: CommandTable): Promise<Completable[]> {
  const names = Object.keys(commands.summaries)
  return Promise.all(
    names.map(async (name) => {
      const command = await commands.load(name)
      const words = name === 'help' ? names : (command.words?.[0]?.choices ?? [])
      return { name, summary: command.summary, words, options: { ...command.options, ...COMMON } }
    })
  )
}
