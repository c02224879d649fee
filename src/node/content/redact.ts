/**
 * Takes out of a JSON value what must not be in a trace: secrets by the names of their fields and
 * by their looks, e-mail addresses, numbers of payment cards.
 *
 * Values are looked at, not their JSON text: an escape would hide a character from any pattern.
 * Every pattern here is linear or bounded, because what it reads may come from strangers.
 */

import type { JsonValue } from '../../protocol/json.ts'

export const REDACTED = '[redacted]'

const SECRET_NAME = new RegExp(
  [
    ...['pass(?:word|wd|phrase)', 'secret', 'token$', 'authorization', 'cookie', 'credential'],
    ...['private.?key', 'api.?key', 'session.?id']
  ].join('|'),
  'i'
)
/** Whether what bears this name is a secret, whatever it is. */
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name)

/** A secret with its name before it, also in JSON within a text, where quotes may be escaped. */
const SPOKEN_SECRET = new RegExp(
  [
    String.raw`(?:pass(?:word|wd|phrase)|secret|token|api[ _-]?key)\\{0,8}["']?\s{0,8}[=:]\s{0,8}`,
    String.raw`(?:\\{0,8}"(?:[^"\\]|\\[^])*"?|'[^']*'?|\S+)`
  ].join(''),
  'gi'
)
const LOOKS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g,
  // JSON Web Tokens: header, payload, signature. Without a bound, a text of nothing but beginnings
  // would be read to its end from each of them. Of longer headers `LONG_RUN` takes care.
  /\beyJ[\w-]{1,512}\.[\w-]+(?:\.[\w-]*)?/g,
  /\b(?:Bearer|Basic)\s+[\w.~+/=-]{8,}/gi,
  /\b(?:sk|pk|rk|ghp|gho|ghs|github_pat|glpat|xox[a-z]|AKIA|ASIA|AIza|ya29)[-_.]?[\w-]{10,}/g,
  SPOKEN_SECRET,
  // User and password in an address.
  /\/\/[^\s/@:]{1,256}:[^\s/@]{1,256}@/g,
  /[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g
]
/** Long runs of what no word is made of: keys, digests, tokens of unknown kinds. */
const LONG_RUN = /[\w+/-]{32,}={0,2}/g
const CARD = /(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/g

/** Further rules, for all texts at once. @throws when they take too long */
export type MoreRules = (texts: readonly string[]) => readonly string[]

/** @throws what `more` throws: then nothing of the value may be told */
export function redact(value: JsonValue, more?: MoreRules): JsonValue {
  const texts: string[] = []
  gather(value, texts)
  const changed = (more?.(texts) ?? texts).map(redactText)
  let at = 0
  return rebuild(value, () => changed[at++] ?? REDACTED)
}

export function redactText(text: string): string {
  const without = LOOKS.reduce((left, look) => left.replace(look, REDACTED), text)
  return without
    .replace(CARD, (digits) => (isCard(digits) ? REDACTED : digits))
    .replace(LONG_RUN, (run) => (/\d/.test(run) && /[a-z]/i.test(run) ? REDACTED : run))
}

/** Every text in it in order, names of fields too; numbers, as cards can be written as such. */
function gather(value: JsonValue, into: string[]): void {
  if (typeof value === 'string') into.push(value)
  else if (typeof value === 'number') into.push(String(value))
  else if (Array.isArray(value)) for (const item of value) gather(item as JsonValue, into)
  else if (typeof value === 'object' && value !== null) {
    for (const [name, field] of Object.entries(value)) {
      into.push(name)
      if (!isSecretName(name)) gather(field, into)
    }
  }
}

/** The same walk, with the texts as they may be told. */
function rebuild(value: JsonValue, next: () => string): JsonValue {
  if (typeof value === 'string') return next()
  if (typeof value === 'number') {
    const text = next()
    return text === String(value) ? value : text
  }
  if (Array.isArray(value)) return value.map((item) => rebuild(item as JsonValue, next))
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).map(([name, field]): [string, JsonValue] => {
    const told = next()
    return [told, isSecretName(name) ? REDACTED : rebuild(field, next)]
  })
  return Object.fromEntries(fields)
}

/** ISO/IEC 7812-1: the check digit of a card's number (Luhn). */
function isCard(text: string): boolean {
  const digits = text.replace(/\D/g, '')
  let sum = 0
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at])
    const doubled = at % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}
