/** The report: the same text for the terminal and for docs/benchmarks.md. */

import { cpus, loadavg, release, type } from 'node:os'
import type { Section, Settings, Target } from './sections/section.ts'
import { figure, table } from './table.ts'

/** Of the last minute: above a few tenths, somebody else was using the machine. */
export const loadNow = (): number => loadavg()[0] ?? 0

/** @param load `loadNow` before the first round */
export function report(sections: readonly Section[], settings: Settings, load: number): string {
  const targets = sections.flatMap((section) => section.targets())
  return [
    '# Benchmarks',
    'Made by `make bench`. Every round runs each candidate once, in fresh processes and in ' +
      'another ' +
      'order; figures are medians over the rounds, ratios are medians of each round’s own ratio. ' +
      'Compare within this page only: another machine or hour has other absolute figures.',
    machine(settings, load),
    ...sections.flatMap((section) => [`## ${section.title}`, section.note, ...section.tables()]),
    ...(targets.length === 0 ? [] : ['## Targets', targetTable(targets)])
  ]
    .join('\n\n')
    .concat('\n')
}

function machine({ rounds, stepMs }: Settings, load: number): string {
  const [first] = cpus()
  const facts = [
    `${first?.model.trim()}, ${cpus().length} cores`,
    `${type()} ${release()}`,
    `Node.js ${process.version}`,
    new Date().toISOString().slice(0, 10),
    `${rounds} rounds, ${stepMs / 1000} s a step`,
    `load ${figure(load, 1)} before the first round`
  ]
  return `**Machine:** ${facts.join(' · ')}`
}

const targetTable = (targets: readonly Target[]): string =>
  table(
    ['what', 'target', 'measured', ''],
    targets.map(({ what, target, figure, met }) => [what, target, figure, met ? 'met' : 'missed'])
  )
