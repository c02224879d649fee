/** Tells what happens, on stdout, as it happens. */

import { bad, bold, dim, good, ms, number, roleName, shortId } from './paint.ts'
import type { Message, Role } from './messages.ts'
import type { Audience, Plot, Said } from './play.ts'
import type { Verdict } from './verdict.ts'
import { outsideOf } from './outside-view.ts'
import { summaryOf } from './summary.ts'

const TIME_WIDTH = 8
const WAYS: Readonly<Record<string, string>> = {
  mdns: 'multicast DNS: nobody told it an address',
  bootstrap: 'the bootstrap address',
  peer: 'a peer that knew both',
  inbound: 'a connection that came in'
}
const ISOLATION = {
  os: 'os: a process of its own inside bubblewrap and Node permissions',
  process: 'process: a process of its own on Node permissions'
} as const

export class Storyteller implements Audience {
  readonly #write: (text: string) => void

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  opens({ network, options }: Plot): void {
    const way = options.bootstrap ? 'joined through one address' : 'found by multicast DNS alone'
    this.#line(`${bold('Peerwork')}: two agents, one task, one observer; ${way}`)
    this.#line(dim(`Three processes, three homes, three keys, on the network ${network}`))
    this.#line('')
  }

  heard(plot: Plot, role: Role, message: Message): void {
    const text = this.#tell(plot, role, message)
    if (text === undefined) return
    const mark = message.type === 'started' ? `${role} started` : message.type
    const after = role === 'observer' ? undefined : plot.at.get(mark)
    this.#line(`${dim(timeOf(after))}  ${roleName(role)}  ${text}`)
  }

  ends(plot: Plot, verdict: Verdict): void {
    const { result } = plot
    if (result !== undefined) {
      this.#line('')
      for (const line of summaryOf(plot.options.file, result.value)) this.#line(line)
      this.#traces(plot)
      this.#legs(verdict)
    }
    if (plot.outside !== undefined) for (const line of outsideOf(plot.outside)) this.#line(line)
    this.#line('')
    if (verdict.hint !== '') this.#line(`${dim('try')}  ${verdict.hint}`)
    this.#line(`${verdict.pass ? good('PASS') : bad('FAIL')}  ${verdict.text}`)
    if (verdict.pass && plot.options.keep) for (const line of stayOf(plot)) this.#line(line)
  }

  #tell(plot: Plot, role: Role, message: Message): string | undefined {
    switch (message.type) {
      case 'started':
        return startedText(plot, role, message)
      case 'alone':
        return dim(`nobody yet: ${message.why}; goes on for ${Math.round(message.leftMs / 1000)} s`)
      case 'found':
        return `found ${bold(message.name)} by ${WAYS[message.via] ?? message.via}`
      case 'submitted':
        return submittedText(plot, message)
      case 'accepted':
        return 'alice knows the signature and accepts'
      case 'progress':
        return dim(`alice: ${percent(message.fraction)}${message.message ?? ''}`)
      case 'result':
        return resultText(plot, message)
      case 'failed':
        return `${bad(message.error.code)} ${message.error.message}`
      case 'observed':
        return undefined
    }
  }

  #traces(plot: Plot): void {
    const ours = plot.seen.filter(({ trace }) => trace === plot.trace)
    const batches = `${number(String(ours.length))} events of this task, each signature verified`
    this.#line(`${roleName('observer')}  heard ${batches}, in one trace from both sides:`)
    for (const side of ['requester', 'executor'] as const) {
      const names = ours.filter((seen) => seen.side === side).map(({ event }) => event.slice(5))
      const who = side === 'requester' ? 'bob' : 'alice'
      this.#line(`  ${roleName(who)}  ${dim(side)} ${names.join(dim(' → '))}`)
    }
  }

  #legs({ legs, agentsMs, observedMs, wholeMs }: Verdict): void {
    const each = legs.map(({ name, ms: took }) => `${name} ${number(ms(took))}`)
    this.#line('')
    this.#line(`${dim('legs')}  ${each.join(dim(' → '))} = ${number(ms(agentsMs))}`)
    const more = `both sides observed after ${number(ms(observedMs))}`
    this.#line(`${dim('    ')}  ${more}, whole command ${number(ms(wholeMs))}`)
  }

  #line(text: string): void {
    this.#write(`${text}\n`)
  }
}

function startedText({ options }: Plot, role: Role, message: Said<'started'>): string {
  const who = `${shortId(message.id)} is up ${dim(`(pid ${message.pid})`)}`
  if (role === 'observer') return `${who} and listens for traces`
  if (role === 'bob') return `${who} with ${options.file}, and knows nobody`
  return `${who}, offers ${bold('analyse-text')} to bob alone`
}

function submittedText({ options }: Plot, { task }: Said<'submitted'>): string {
  return `asks for ${bold('analyse-text')} on ${options.file}: task ${shortHex(task)}, signed`
}

function resultText(plot: Plot, { by, isolation, engine, usage }: Said<'result'>): string {
  const signer = by === plot.ids.alice ? 'alice' : `somebody else (${shortId(by)})`
  const memory = Math.round(usage.peakRssBytes / 1e6)
  const used = `${ms(usage.cpuMs)} of processor, ${memory} MB, ${engine}`
  const below = `\n${' '.repeat(TIME_WIDTH + 12)}`
  return (
    `has the result, ${good('verified')}: signed by ${bold(signer)} for this very task` +
    `${below}${dim(`ran at isolation level ${ISOLATION[isolation]}`)}${below}${dim(used)}`
  )
}

const WORKS_ONCE = '; the link works once'

/** What one can do while everybody stays. */
function stayOf({ network, outside, trace, options }: Plot): string[] {
  const { signIn = null, url = '' } = outside ?? {}
  if (options.dashboard) {
    const [link, once] =
      signIn === null ? [`${url}/trace/${trace}`, ''] : [`${signIn}&trace=${trace}`, WORKS_ONCE]
    return [
      '',
      `All four stay until Ctrl-C. The trace of this task, in a browser${once}:`,
      `  ${bold(link)}`
    ]
  }
  return [
    '',
    'All four stay until Ctrl-C. Look around:',
    `  ${bold(signIn ?? url)}`,
    `      ${dim('the dashboard, once; /api/docs shows everything there is to ask')}`,
    `  npx peerwork peers --preset loopback --mdns --network ${network}`,
    `  npx peerwork watch --preset loopback --mdns --network ${network}`
  ]
}

const shortHex = (id: string): string => `${id.slice(0, 8)}…`
const percent = (fraction: number | undefined): string =>
  fraction === undefined ? '' : `${Math.round(fraction * 100)} % `.padStart(6)
const timeOf = (time: number | undefined): string =>
  (time === undefined ? '' : ms(time)).padStart(TIME_WIDTH)
