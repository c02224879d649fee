/** `peerwork forget`: make contents that this agent told in a trace unreadable, for everybody. */

import { PeerworkError } from '../../protocol/errors.ts'
import { isLowerHex } from '../../protocol/trace-context.ts'
import { defineCommand } from '../command.ts'
import { runningAgent } from '../session.ts'

const TRACE_ID_LENGTH = 32

export const forget = defineCommand({
  name: 'forget',
  summary: 'drop the contents that the running agent told in a trace',
  about: [
    'Contents (`up --trace-content`) are encrypted with a key of their trace, which the agent ' +
      'has in memory only. This drops the key and tells no more contents in that trace: nobody ' +
      'can read them again, except what somebody has copied already. Their ciphertext and all ' +
      'other events of the trace stay.'
  ],
  words: [{ name: 'trace', about: 'the id of a trace, 32 digits; see run --json', optional: true }],
  options: {
    all: { type: 'boolean', about: 'every trace until now' }
  },
  json: 'One object: {"forgotten": "<trace id>"}, or null for all.',
  examples: [
    ['peerwork forget 0af7651916cd43dd8448eb211c80319c', 'the contents of one trace'],
    ['peerwork forget --all', 'everything told until now']
  ],
  async run({ values, words: [trace] }, context) {
    check(trace, values.all)
    await using session = await runningAgent(values, context)
    await session.running?.forget(trace)
    const what = trace === undefined ? 'all contents until now' : `the contents of trace ${trace}`
    if (values.json) context.out.json({ forgotten: trace ?? null })
    else context.err.line(`${context.err.paint('green', '✔')} ${what} can be read no more`)
  }
})

/** @throws PeerworkError `BAD_OPTION` */
function check(trace: string | undefined, all: boolean): void {
  const text = (why: string): PeerworkError =>
    new PeerworkError('BAD_OPTION', why, { command: 'forget' })
  if (trace === undefined && !all) throw text('forget what? Give a trace, or --all')
  if (trace !== undefined && all) throw text('either a trace or --all')
  if (trace === undefined || (trace.length === TRACE_ID_LENGTH && isLowerHex(trace))) return
  throw text(`"${trace}" is no trace id: ${TRACE_ID_LENGTH} lower-case hex digits`)
}
