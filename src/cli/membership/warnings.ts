/** What is wrong with this agent's membership, or will be soon. */

import { span } from '../../node/diagnosis/ago.ts'
import type { MembershipInfo } from '../../node/membership/api.ts'
import { ERRORS } from '../../protocol/errors.ts'
import type { Output } from '../output.ts'
import { plainLabel } from '../plain-text.ts'
import { paragraph } from './paragraph.ts'

/** How long before the end of its certificate an admin is warned, ms: its owner may be away. */
export const WARN_MS = 30 * 24 * 60 * 60 * 1000
/** Longest sentence of others that is shown, characters. */
const WHY_LENGTH_MAX = 400

/** An admin's certificate that ends soon: only the owner renews it. */
export function endsSoon({ roles, expires }: MembershipInfo, now: number): string | undefined {
  if (expires === null || !roles.includes('admin') || expires - now > WARN_MS) return undefined
  return (
    `The certificate of this admin ends in ${span(expires - now)}. ` +
    "Renew it where the owner's key is: peerwork network renew"
  )
}

export function showWarnings(info: MembershipInfo, now: number, out: Output): void {
  const { paint } = out
  const soon = endsSoon(info, now)
  if (soon !== undefined) {
    out.line()
    for (const line of paragraph(soon, out)) out.line(paint('yellow', line))
  }
  for (const { code, message } of info.problems) {
    out.line()
    const what = `${code}: ${plainLabel(message, WHY_LENGTH_MAX)}`
    for (const line of paragraph(what, out)) out.line(paint('red', line))
    for (const line of paragraph(`hint: ${hintOf(code)}`, out)) out.line(paint('cyan', line))
  }
}

/** The running agent may be of a newer version and know a code that we do not. */
function hintOf(code: string): string {
  return Object.hasOwn(ERRORS, code) ? ERRORS[code as keyof typeof ERRORS].hint : ''
}
