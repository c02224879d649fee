/** Help texts: of all commands, and of one. */

import type { Command, OptionSpec, OptionSpecs } from './command.ts'
import { COMMON } from './command.ts'
import { columns, wrap, wrappedColumns } from './columns.ts'
import type { Paint } from './colour.ts'

/** Widest help text, columns: long lines are hard to read. */
const WIDTH_MAX = 96

export function overview(summaries: Readonly<Record<string, string>>, paint: Paint): string {
  const rows = Object.entries(summaries).map(([name, summary]) => [
    `  ${paint('cyan', name)}`,
    summary
  ])
  const lines = [
    `${paint('bold', 'peerwork')}: agents join a network, work for each other, and can be watched.`,
    '',
    paint('bold', 'Commands'),
    ...columns(rows),
    '',
    paint('bold', 'First steps'),
    ...columns([
      [`  ${paint('green', 'peerwork new skill shout')}`, 'write a skill'],
      [
        `  ${paint('green', 'peerwork up --skill ./shout.ts --open')}`,
        'offer it to everybody here'
      ],
      [`  ${paint('green', `peerwork run shout --input '{"text":"hello"}'`)}`, 'have it done'],
      [
        `  ${paint('green', 'peerwork network create lab')}`,
        'among yourselves: then peerwork invite'
      ]
    ]),
    '',
    'Every command has --help with examples, and --json. Exit codes: docs/cli.md.'
  ]
  return lines.join('\n')
}

export function commandHelp(command: Command, paint: Paint, width: number): string {
  const line = Math.min(width, WIDTH_MAX)
  const lines = [
    `${paint('bold', `peerwork ${command.name}`)}: ${command.summary}`,
    '',
    ...wrappedColumns([[paint('bold', 'Usage'), usageOf(command)]], line)
  ]
  for (const paragraph of command.about ?? []) lines.push('', ...wrap(paragraph, line))
  if (command.words !== undefined && command.words.length > 0) {
    const rows = command.words.map(({ name, about }) => [`  ${paint('cyan', `<${name}>`)}`, about])
    lines.push('', paint('bold', 'Arguments'), ...wrappedColumns(rows, line))
  }
  const tell = (title: string, options: OptionSpecs): void => {
    const rows = optionRows(options, paint)
    if (rows.length > 0) lines.push('', paint('bold', title), ...wrappedColumns(rows, line))
  }
  tell('Options', command.options)
  tell('Always', without(COMMON, command.options))
  lines.push('', paint('bold', 'JSON'), ...wrap(command.json, line - 2).map((text) => `  ${text}`))
  lines.push('', paint('bold', 'Examples'))
  for (const [example, what] of command.examples) {
    lines.push(`  ${paint('dim', `# ${what}`)}`, `  ${paint('green', example)}`)
  }
  return lines.join('\n')
}

function usageOf(command: Command): string {
  const words = (command.words ?? []).map(({ name, optional, choices }) => {
    const word = choices?.length === 1 ? choices[0] : choices?.join('|')
    const shown = word ?? `<${name}>`
    return optional === true ? `[${shown}]` : shown
  })
  return ['peerwork', command.name, ...words, '[options]'].join(' ')
}

function optionRows(options: OptionSpecs, paint: Paint): string[][] {
  return Object.entries(options).map(([name, spec]) => {
    const short = spec.short === undefined ? '' : `-${spec.short}, `
    const value = spec.value === undefined ? '' : ` ${valueOf(spec)}`
    const choices = spec.choices === undefined ? '' : ` (${spec.choices.join(', ')})`
    return [`  ${paint('cyan', `${short}--${name}`)}${value}`, `${spec.about}${choices}`]
  })
}

const valueOf = ({ value, lone }: OptionSpec): string =>
  lone === undefined ? `${value}` : `[${value}]`

function without(options: OptionSpecs, shown: OptionSpecs): OptionSpecs {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !Object.hasOwn(shown, name)))
}
