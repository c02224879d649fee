/** Completion for zsh. */

import type { OptionSpec } from '../command.ts'
import type { Completable } from './completable.ts'
import { takesPath } from './completable.ts'

export function zshCompletion(commands: readonly Completable[]): string {
  const list = commands.map(({ name, summary }) => `    '${name}:${escape(summary)}'`).join('\n')
  return `#compdef peerwork
_peerwork() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands
  commands=(
${list}
  )
  _arguments -C '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument)
      case $words[1] in
${commands.map(commandCase).join('')}      esac
      ;;
  esac
}
if [[ $funcstack[1] == _peerwork ]]; then
  _peerwork "$@"
else
  compdef _peerwork peerwork
fi
`
}

function commandCase({ name, words, options }: Completable): string {
  const specs = Object.entries(options).map(([option, spec]) => `'${specOf(option, spec)}'`)
  if (words.length > 0) specs.push(`'1:word:(${words.join(' ')})'`)
  else specs.push("'*:word:'")
  return `        ${name}) _arguments ${specs.join(' ')} ;;\n`
}

function specOf(option: string, spec: OptionSpec): string {
  const repeat = spec.multiple === true ? '*' : ''
  const about = `[${escape(spec.about)}]`
  if (spec.type === 'boolean') return `${repeat}--${option}${about}`
  const values = spec.choices ? `(${spec.choices.join(' ')})` : takesPath(spec) ? '_files' : ''
  return `${repeat}--${option}=${about}:value:${values}`
}

/** Inside single quotes, and inside the brackets and colons of _arguments. */
function escape(text: string): string {
  return text.replaceAll("'", `'\\''`).replaceAll(/[[\]:]/g, (sign) => `\\${sign}`)
}
