/** Completion for bash. */

import type { Completable } from './completable.ts'
import { takesPath } from './completable.ts'

export function bashCompletion(commands: readonly Completable[]): string {
  const names = commands.map(({ name }) => name).join(' ')
  return `# bash completion for peerwork
_peerwork() {
  local word=\${COMP_WORDS[COMP_CWORD]} last=\${COMP_WORDS[COMP_CWORD - 1]} command= at
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    case \${COMP_WORDS[at]} in
      --home | --name) ((at++)) ;;
      -*) ;;
      *) command=\${COMP_WORDS[at]} && break ;;
    esac
  done
  if [[ -z $command ]]; then
    COMPREPLY=($(compgen -W '${names}' -- "$word"))
    return
  fi
  case $command:$last in
${commands.map(valueCases).join('')}  esac
  case $command in
${commands.map(commandCase).join('')}  esac
}
complete -F _peerwork peerwork
`
}

function valueCases({ name, options }: Completable): string {
  const cases = Object.entries(options).map(([option, spec]) => {
    if (spec.type === 'boolean') return ''
    const reply = spec.choices
      ? `COMPREPLY=($(compgen -W '${spec.choices.join(' ')}' -- "$word"))`
      : takesPath(spec)
        ? 'COMPREPLY=($(compgen -f -- "$word"))'
        : ':'
    return `    ${name}:--${option}) ${reply}; return ;;\n`
  })
  return cases.join('')
}

function commandCase({ name, words, options }: Completable): string {
  const all = [...words, ...Object.keys(options).map((option) => `--${option}`)].join(' ')
  return `    ${name}) COMPREPLY=($(compgen -W '${all}' -- "$word")) ;;\n`
}
