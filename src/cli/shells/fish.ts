/** Completion for fish. */

import type { OptionSpec } from '../command.ts'
import type { Completable } from './completable.ts'
import { takesPath } from './completable.ts'

export function fishCompletion(commands: readonly Completable[]): string {
  const lines = ['# fish completion for peerwork', 'complete -c peerwork -f']
  for (const { name, summary, words, options } of commands) {
    lines.push(`complete -c peerwork -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`)
    const inside = `complete -c peerwork -n '__fish_seen_subcommand_from ${name}'`
    if (words.length > 0) lines.push(`${inside} -a ${quote(words.join(' '))}`)
    for (const [option, spec] of Object.entries(options)) {
      lines.push(`${inside} ${optionOf(option, spec)}`)
    }
  }
  return `${lines.join('\n')}\n`
}

function optionOf(option: string, spec: OptionSpec): string {
  const short = spec.short === undefined ? '' : ` -s ${spec.short}`
  const values = spec.choices ? ` -a ${quote(spec.choices.join(' '))}` : ''
  const value = spec.type === 'boolean' ? '' : takesPath(spec) ? ' -r -F' : ` -x${values}`
  return `-l ${option}${short}${value} -d ${quote(spec.about)}`
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
