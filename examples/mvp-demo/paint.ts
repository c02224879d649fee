/** Colours, where somebody sees them. */

import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** `styleText` looks at NO_COLOR, FORCE_COLOR and whether stdout is a terminal. */
const as = (style: Style) => (text: string) => styleText(style, text, { stream: process.stdout })

export const dim = as('dim')
export const bold = as('bold')
export const good = as(['green', 'bold'])
export const bad = as(['red', 'bold'])
export const number = as('cyan')

const ROLES = { observer: as('magenta'), alice: as('blue'), bob: as('yellow') }

export const roleName = (role: keyof typeof ROLES): string => ROLES[role](role.padEnd(8))

/** The end of a peer id, which differs; the beginning is the same for all. */
export const shortId = (id: string): string => `…${id.slice(-8)}`

export const ms = (duration: number): string => `${Math.round(duration)} ms`
