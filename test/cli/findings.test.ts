import { expect, test } from 'vitest'
import { showFindings, tally } from '../../src/cli/findings.ts'
import { fail, pass, warn } from '../../src/node/diagnosis/finding.ts'
import { contextOf } from './harness.ts'

const FINDINGS = [
  pass('CLOCK', 'within 1 s of 2 peers'),
  warn('PEERS', 'none'),
  fail('MULTICAST', `no multicast on eth0 ${'and more '.repeat(20)}`.trim(), { hint: 'Do it.' })
]

function shown(tty: boolean): string[] {
  const { context, out } = contextOf({ tty, env: { NO_COLOR: '1' } })
  showFindings(FINDINGS, context.out)
  return out.text.trimEnd().split('\n')
}

test('a line says how it is, what was looked at and why; a hint follows what is not well', () => {
  const [first, second, third] = shown(false)
  expect(first).toMatch(/^PASS {2}the clock +within 1 s of 2 peers$/)
  expect(second).toMatch(/^WARN {2}peers +none$/)
  expect(third).toMatch(/^ +hint: Start another agent/)
})

test('a terminal gets lines that fit, a pipe whole sentences', () => {
  expect(shown(true).every((line) => line.length <= 80)).toBe(true)
  expect(shown(false).some((line) => line.length > 160)).toBe(true)
})

test('what a stranger put into a sentence cannot act on the terminal', () => {
  const { context, out } = contextOf()
  showFindings([warn('CLOCK', 'that of \u001b[31mbob\u0007 is ahead')], context.out)
  expect(out.text).not.toContain('\u001b')
  expect(out.text).not.toContain('\u0007')
})

test('the tally counts in words', () => {
  expect(tally(FINDINGS)).toBe('1 passed, 1 warning, 1 failed')
  expect(tally([])).toBe('0 passed, 0 warnings, 0 failed')
})
