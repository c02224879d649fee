/** The report: the same text for the terminal and for docs/benchmarks.md. */

import { cpus, release, type } from 'node:os'
import type { Section, Settings, Target } from './sections/section.ts'
import { table } from './table.ts'

export function report(sections: readonly Section[], settings: Settings): string {
  const targets = sections.flatMap((section) => section.targets())
  return [
    '# Benchmarks',
    'Made by `make bench`. Every round runs each candidate once, in fresh processes and in another ' +
      'order; figures are medians over the rounds, ratios are medians of each round’s own ratio. ' +
      'Compare within this page only: another machine or hour has other absolute figures.',
    machine(settings),
    ...sections.flatMap((section) => [`## ${section.title}`, section.note, ...section.tables()]),
    ...(targets.length === 0 ? [] : ['## Targets', targetTable(targets)])
  ]
    .join('\n\n')
    .concat('\n')
}

function machine({ rounds, stepMs }: Settings): string {
  const [first] = cpus()
  const facts = [
    `${first?.model.trim()}, ${cpus().length} cores`,
    `${type()} ${release()}`,
    `Node.js ${process.version}`,
    new Date().toISOString().slice(0, 10),
    `${rounds} rounds, ${stepMs / 1000} s a step`
  ]
  return `**Machine:** ${facts.join(' · ')}`
}

const targetTable = (targets: readonly Target[]): string =>
  table(
    ['what', 'target', 'measured', ''],
    targets.map(({ what, target, figure, met }) => [what, target, figure, met ? 'met' : 'missed'])
  )
