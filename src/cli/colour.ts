/** Whether and how a stream is coloured. */

import { styleText } from 'node:util'

type Env = Readonly<Record<string, string | undefined>>

/** Names that the command line uses of `util.styleText`. */
export type Style =
  | 'bold'
  | 'dim'
  | 'red'
  | 'green'
  | 'yellow'
  | 'blue'
  | 'magenta'
  | 'cyan'
  | 'redBright'
  | 'greenBright'
  | 'yellowBright'
  | 'blueBright'
  | 'magentaBright'
  | 'cyanBright'
  | 'inverse'
  | 'whiteBright'
  | 'bgBlack'

export type Paint = (style: Style | readonly Style[], text: string) => string

/**
 * Colours only on a terminal. `FORCE_COLOR` decides before `NO_COLOR` (https://no-color.org), as in
 * Node itself: `0` or `false` turns colours off, anything else on.
 */
export function wantsColour(tty: boolean, env: Env): boolean {
  const forced = env['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  if ((env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false
  return tty
}

export function painter(colour: boolean): Paint {
  if (!colour) return (_style, text) => text
  return (style, text) => styleText([style].flat(), text, { validateStream: false })
}

/** Colours that read well on dark and light grounds, for things that only need to differ. */
const HUES = [
  'cyan',
  'magenta',
  'yellow',
  'green',
  'blue',
  'cyanBright',
  'magentaBright',
  'yellowBright',
  'greenBright',
  'blueBright'
] as const satisfies readonly Style[]

/** The same key gets the same colour in every process (FNV-1a, 32 bits). */
export function hueOf(key: string): Style {
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at++) {
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193) >>> 0
  }
  return HUES[hash % HUES.length] ?? 'cyan'
}
