/**
 * The keys of a configuration file: one for every option of `peerwork up`, made from its
 * specification, so that an option that is new is a key at once.
 */

import type { OptionSpec, OptionSpecs } from '../command.ts'

export interface Key {
  /** In the file: `skillConfig`. */
  readonly name: string
  /** In the environment: `PEERWORK_SKILL_CONFIG`. */
  readonly env: string
  /** The option that gives it, or that sets it true; absent when there is only its negation. */
  readonly option: string | undefined
  /** The option that sets it false: `no-mdns`. */
  readonly negation: string | undefined
  readonly spec: OptionSpec
}

/** About this one command line and its output, not about the agent. */
const APART = new Set(['config', 'json', 'debug', 'help'])
/** Where the option's name would be odd for a key. */
const NAMES: Readonly<Record<string, string>> = { skill: 'skills', quota: 'quotas' }
const NEGATION = /^no-/

/** The keys of these options, in their order. `--no-x` is the key `x`, set to false. */
export function keysOf(specs: OptionSpecs): readonly Key[] {
  const keys = new Map<string, Key>()
  for (const [option, spec] of Object.entries(specs)) {
    if (APART.has(option)) continue
    const negates = spec.type === 'boolean' && NEGATION.test(option)
    const name = nameOf(negates ? option.replace(NEGATION, '') : option)
    const known = keys.get(name)
    keys.set(name, {
      name,
      env: `PEERWORK_${name.replaceAll(/[A-Z]/g, '_$&').toUpperCase()}`,
      option: negates ? known?.option : option,
      negation: negates ? option : known?.negation,
      spec: known?.negation === undefined || negates ? (known?.spec ?? spec) : spec
    })
  }
  return [...keys.values()]
}

function nameOf(option: string): string {
  return (
    NAMES[option] ?? option.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
  )
}
