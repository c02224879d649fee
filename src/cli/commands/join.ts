/** `peerwork join <link>`: become a member. */

import { systemClock } from '../../node/clock.ts'
import type { Joined } from '../../node/membership/join.ts'
import { JOIN_LINK_LENGTH_MAX } from '../../protocol/constants.ts'
import { parseJoinLink } from '../../protocol/membership/join-link.ts'
import type { JoinLink } from '../../protocol/membership/join-link.ts'
import { nameOfNetwork } from '../../protocol/membership/network-id.ts'
import { defineCommand } from '../command.ts'
import type { Context } from '../command.ts'
import { columns } from '../columns.ts'
import { untilInterrupted } from '../interrupts.ts'
import { again } from '../membership/again.ts'
import { memberName } from '../membership/create.ts'
import { mustRest } from '../membership/home.ts'
import { withoutId } from '../membership/show-invitation.ts'
import { PASSPHRASES, withPassphrases } from '../membership/passphrases.ts'
import { until } from '../membership/when.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import { shortId } from '../names.ts'
import type { Output } from '../output.ts'
import { plainLabel } from '../plain-text.ts'

/** How often it tells that it still waits, ms. */
const LOOK_MS = 1_000

export const join = defineCommand({
  name: 'join',
  summary: 'join a network with a link',
  about: [
    'Asks the agents that the link names for a certificate, the next one beside those that have ' +
      'not answered after a quarter of a second, and keeps the first in the home; from then on ' +
      'the agent of this home is a member. The certificate renews itself while the agent meets ' +
      'an admin now and then.',
    'A link is a secret, and what is typed stays in the history of the shell: `-` reads it from ' +
      'stdin instead. --name is what the network calls this agent; a name that is taken gets an ' +
      'ending.',
    'The agent of this home has to be stopped meanwhile.'
  ],
  words: [{ name: 'link', about: 'peerwork:join/…, or - to read it from stdin' }],
  options: { 'passphrase-file': PASSPHRASES['passphrase-file'] },
  json:
    'One object: network (wire id), name, owner, member (this agent), memberName, roles, expires ' +
    '(ms), by (who signed), addresses.',
  examples: [
    ['peerwork join -', 'paste the link'],
    ['peerwork join - --name bob < link.txt', 'as bob, in a home of his own'],
    ['peerwork join peerwork:join/pGF2AWd…', 'on a machine of your own']
  ],
  async run({ values, words }, context) {
    const given = words[0] === '-' ? await readLink(context) : (words[0] ?? '')
    const text = given.replaceAll(/\s+/g, '')
    const link = parseJoinLink(text)
    const home = await mustRest(values, context, 'join')
    if (!values.json) tellWhere(link, context.err)
    const { join: ask } = await import('../../node/membership/join.ts')
    const options = { ...values, 'owner-passphrase-file': undefined }
    const called = memberName({ values: { ...options, yes: false } }, context)?.memberName
    const { signal } = context.interrupts
    const joined = await withPassphrases(options, context, ({ home: passphrase }) => {
      const joining = ask({
        ...{ link: text, home, signal },
        ...(!values.json && { asked: (address) => tellAsking(address, context.err) }),
        ...(called !== undefined && { name: called }),
        ...(passphrase !== undefined && { passphrase })
      })
      const answered = values.json ? undefined : tellWaiting(context.err)
      return untilInterrupted(joining, context.interrupts).finally(answered)
    })
    if (values.json) context.out.json(joined)
    else show(joined, again('up', values), context.err)
  }
})

/**
 * A line that is typed, or all of a file or pipe, where mail may have broken the link.
 *
 * @throws PeerworkError `INVITATION_INVALID`
 */
async function readLink({ stdin, err, interrupts }: Context): Promise<string> {
  const typed = stdin.isTTY === true
  if (typed) err.line('Paste the link, and press Enter:')
  const read = async (): Promise<string> => {
    let text = ''
    for await (const part of stdin) {
      text += Buffer.from(part as Uint8Array).toString()
      if (typed && text.trimStart().includes('\n')) break
      if (text.length > 2 * JOIN_LINK_LENGTH_MAX) break
    }
    return text
  }
  const text = await untilInterrupted(read(), interrupts)
  if (text.trim() !== '') return text
  throw new PeerworkError('INVITATION_INVALID', 'stdin had no join link')
}

function tellWhere({ network, owner }: JoinLink, err: Output): void {
  const { paint } = err
  const name = paint('bold', plainLabel(nameOfNetwork(network)))
  err.line(`Joining ${name}, owned by ${shortId(owner)}`)
}

function tellAsking(address: string, err: Output): void {
  err.line(err.paint('dim', `  asking ${withoutId(address)} …`))
}

/** How long it waits already: an address may be silent. @returns what ends that */
function tellWaiting(err: Output): (() => void) | undefined {
  if (!err.tty) return undefined
  const began = systemClock.elapsed()
  let told = false
  const timer = setInterval(() => {
    const seconds = Math.round((systemClock.elapsed() - began) / LOOK_MS)
    told = true
    err.rewrite(`${err.paint('cyan', '◌')} ${err.paint('dim', `no answer yet, ${seconds} s`)}`)
  }, LOOK_MS)
  return () => {
    clearInterval(timer)
    if (told) err.rewrite('')
  }
}

function show(joined: Joined, next: string, out: Output): void {
  const { paint } = out
  const name = paint('bold', plainLabel(joined.name))
  out.line(`${paint(['bold', 'green'], '✔')} this agent is a member of ${name}`)
  const admin = joined.roles.includes('admin')
  const rows = [
    ['member', `${paint('bold', plainLabel(joined.memberName))} ${joined.member}`],
    ['roles', joined.roles.join(', ')],
    ['until', `${until(joined.expires, systemClock.now())}${admin ? '' : ', renews itself'}`],
    ['signed by', joined.by === joined.owner ? `the owner, ${joined.by}` : joined.by]
  ]
  const cells = rows.map(([head = '', text = '']) => [`  ${paint('dim', head)}`, text])
  for (const line of columns(cells)) out.line(line)
  out.line(paint('dim', '  Next'))
  out.line(`    ${paint('cyan', next)}`)
}
