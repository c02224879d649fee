/** The operator's own rules of redaction: regular expressions, one a line. */

import { readFileSync, statSync } from 'node:fs'
import { createContext, Script } from 'node:vm'
import { messageOf, PeerworkError } from '../../protocol/errors.ts'
import { REDACTED } from './redact.ts'
import type { MoreRules } from './redact.ts'

/** Rules, count, and the length of one, characters. */
const RULES_MAX = 100
const RULE_LENGTH_MAX = 200
const FILE_BYTES_MAX = 64 * 1024
/** All rules over one content, ms: an expression can take years, and the agent waits for it. */
const RULES_MS_MAX = 50

/**
 * @throws PeerworkError `BAD_OPTION` when the file cannot be read, or a line is no regular
 *   expression; empty lines and those that begin with `#` are none
 */
export function readRules(file: string): MoreRules {
  const rules = textOf(file)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  if (rules.length > RULES_MAX) throw bad(file, `more than ${RULES_MAX} rules`)
  for (const rule of rules) check(file, rule)
  return rulesOf(rules)
}

/** In a script of its own, because that is what can be stopped while an expression runs. */
function rulesOf(rules: readonly string[]): MoreRules {
  const context = createContext({ texts: '[]', result: '' })
  const words = JSON.stringify([rules, REDACTED])
  const setUp = `const [rules, word] = ${words}
    const all = rules.map((rule) => new RegExp(rule, 'gu'))
    const one = (text) => all.reduce((so, rule) => so.replace(rule, () => word), text)`
  new Script(setUp).runInContext(context)
  const work = new Script('result = JSON.stringify(JSON.parse(texts).map(one))')
  return (texts) => {
    context['texts'] = JSON.stringify(texts)
    work.runInContext(context, { timeout: RULES_MS_MAX })
    return JSON.parse(String(context['result'])) as string[]
  }
}

function textOf(file: string): string {
  try {
    if (statSync(file).size <= FILE_BYTES_MAX) return readFileSync(file, 'utf8')
  } catch (error) {
    throw bad(file, messageOf(error))
  }
  throw bad(file, `more than ${FILE_BYTES_MAX} bytes`)
}

function check(file: string, rule: string): void {
  if (rule.length > RULE_LENGTH_MAX) throw bad(file, `a rule of over ${RULE_LENGTH_MAX} characters`)
  try {
    // An expression that matches nothing at all would put the word between all characters.
    if (new RegExp(rule, 'u').test('')) throw new Error('it matches the empty text')
  } catch (error) {
    throw bad(file, `${rule}: ${messageOf(error)}`)
  }
}

const bad = (file: string, why: string): PeerworkError =>
  new PeerworkError('BAD_OPTION', `traceContent: rules in ${file}: ${why}`)
