/** `peerwork doctor`: try out everything that can keep an agent from its peers. */

import { setTimeout as sleep } from 'node:timers/promises'
import { toMs } from '../../node/duration.ts'
import { CHECKS } from '../../node/diagnosis/finding.ts'
import type { Finding } from '../../node/diagnosis/finding.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import { NETWORKING, defineCommand } from '../command.ts'
import type { COMMON, Context, Values } from '../command.ts'
import { showFindings, tally } from '../findings.ts'
import { untilInterrupted } from '../interrupts.ts'
import { anyAgent } from '../session.ts'

/** How long a short-lived agent looks around first. */
const WAIT = '3s'

const options = {
  wait: { type: 'string', value: '<time>', about: `how long to look around; ${WAIT} by default` },
  ...NETWORKING
} as const

type Given = Values<typeof options & typeof COMMON>

/** What keeps an agent from starting, and can be mended from outside. */
const CANNOT_START = new Set([
  'HOME_UNSAFE',
  'KEY_UNREADABLE',
  'PASSPHRASE_WRONG',
  'STORE_FAILED',
  'BAD_ADDRESS'
])

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'try out what can keep an agent from its peers',
  about: [
    'Tries multicast on every interface, the own port from inside and, through a peer, from ' +
      'outside; compares the clock with those of others; looks at bootstrap peers, relays, ' +
      'refusals, versions, the home and the sandbox. Each check passes, warns or fails, with ' +
      'a hint. What each means: docs/diagnosis.md.',
    'Asks the running agent. Without one, a short-lived agent looks around for three seconds ' +
      '(--wait) and is stopped again.',
    'Exit code 0 when nothing failed, 1 when something did; warnings do not count.'
  ],
  options,
  json:
    'One object: state (ok, degraded, down) and findings, each with code, level (pass, warn, ' +
    'fail), what, why, hint (or null), facts.',
  examples: [
    ['peerwork doctor', 'what is wrong here?'],
    [
      `peerwork doctor --json | jq -r '.findings[] | select(.level=="fail").code'`,
      'only the codes of what failed'
    ]
  ],
  async run({ values }, context) {
    const { state, findings } = await examine(values, context)
    if (values.json) context.out.json({ state, findings })
    else {
      showFindings(findings, context.out)
      context.err.line(context.err.paint('dim', tally(findings)))
    }
    return findings.some(({ level }) => level === 'fail') ? 1 : 0
  }
})

interface Examined {
  readonly state: string
  readonly findings: readonly Finding[]
}

async function examine(values: Given, context: Context): Promise<Examined> {
  const waitMs = toMs(values.wait ?? WAIT, '--wait')
  try {
    await using session = await anyAgent(values, context)
    if (session.running === undefined) await untilInterrupted(sleep(waitMs), context.interrupts)
    return await untilInterrupted(session.agent.doctor(), context.interrupts)
  } catch (error) {
    if (!(error instanceof PeerworkError) || !CANNOT_START.has(error.code)) throw error
    return { state: 'down', findings: [cannotStart(error)] }
  }
}

function cannotStart({ code, message, hint, facts }: PeerworkError): Finding {
  const why = `cannot start: ${message}`
  return {
    ...{ code: 'AGENT', level: 'fail', what: CHECKS.AGENT.what, why, hint },
    facts: { ...facts, error: code }
  }
}
