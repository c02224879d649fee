/** The flags of `npm run bench`. */

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { candidateNames, candidates } from './candidates.ts'
import type { CandidateName, Entry } from './candidates.ts'
import type { Settings } from './sections/section.ts'

export const sectionNames = ['warm', 'start', 'memory', 'sandbox'] as const
export type SectionName = (typeof sectionNames)[number]

const ROUNDS = 5
const ROUNDS_MAX = 50
const SECONDS = 1
const SECONDS_MAX = 30
const QUICK_SECONDS = 0.15

export const help = `npm run bench -- [flags]

  --rounds <n>      rounds of everything (default ${ROUNDS}, at most ${ROUNDS_MAX})
  --seconds <s>     length of one step (default ${SECONDS}, at most ${SECONDS_MAX})
  --only <a,b>      these candidates and sections only; prints, writes nothing
                    candidates: ${candidateNames.join(', ')}
                    sections: ${sectionNames.join(', ')}
  --quick           one short round; prints, writes nothing
`

export interface Flags extends Settings {
  readonly sections: readonly SectionName[]
  /** Everything was measured, so that the report may be kept. */
  readonly complete: boolean
  readonly help: boolean
  /** Candidates that are left out, and why. */
  readonly left: readonly string[]
}

/** @throws Error in plain words for flags that make no sense */
export function readFlags(args: readonly string[]): Flags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false }
    }
  })
  const only = values.only?.split(',') ?? []
  const unknown = only.find((name) => ![...candidateNames, ...sectionNames].includes(name as never))
  if (unknown !== undefined) throw new Error(`--only ${unknown}: no such candidate or section`)
  const wanted = chosen(candidateNames, only)
  const missing = wanted.filter((name) => !installed(candidates[name]))
  return {
    rounds: Math.ceil(number(values.rounds, values.quick ? 1 : ROUNDS, ROUNDS_MAX)),
    stepMs: 1000 * number(values.seconds, values.quick ? QUICK_SECONDS : SECONDS, SECONDS_MAX),
    candidates: wanted.filter((name) => !missing.includes(name)),
    built: existsSync(new URL('../dist/index.js', import.meta.url)),
    sections: chosen(sectionNames, only),
    complete: only.length === 0 && !values.quick,
    help: values.help,
    left: missing.map((name) => `${name}: ${(candidates[name] as Entry).needs} is not installed`)
  }
}

/** Those that were named; all of them when none of this kind was. */
function chosen<Name extends CandidateName | SectionName>(
  names: readonly Name[],
  only: readonly string[]
): readonly Name[] {
  const named = names.filter((name) => only.includes(name))
  return named.length === 0 ? names : named
}

function number(text: string | undefined, fallback: number, max: number): number {
  const value = text === undefined ? fallback : Number(text)
  if (value > 0 && value <= max) return value
  throw new Error(`${text} is not a number above 0 and up to ${max}`)
}

function installed({ needs }: Entry): boolean {
  return needs === undefined || spawnSync(needs, ['--version']).error === undefined
}
