/**
 * Reads what the test run left behind, says it in one line, and fails when a test was left out.
 *
 * On CI everything must run: a test that was skipped because a program or a right was missing is a
 * hole, not a success.
 */

import { readFileSync } from 'node:fs'

interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

const report = JSON.parse(readFileSync('coverage/tests.json', 'utf8')) as Report
const skipped = report.numPendingTests + report.numTodoTests
if (skipped > 0) {
  const all = report.testResults.flatMap((file) => file.assertionResults)
  for (const { status, fullName } of all) {
    if (status !== 'passed' && status !== 'failed') console.log(`left out: ${fullName}`)
  }
}
const { numPassedTests: passed, numFailedTests: failed } = report
console.log(`Tests: ${passed} passed, ${failed} failed, ${skipped} skipped`)
if (failed > 0 || passed === 0 || (skipped > 0 && process.env['CI'] === 'true'))
  process.exitCode = 1
