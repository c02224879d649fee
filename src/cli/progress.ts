/** The life of a task on a terminal: a line that changes in place, and chunks as they come. */

import type { TaskEvent, TaskResult } from '../node/api.ts'
import { matchesId } from '../node/peers.ts'
import { formatDuration } from './units.ts'
import { shortId, shortTask } from './names.ts'
import type { Output } from './output.ts'
import { plainLabel, plainText } from './plain-text.ts'
import { showRoute } from './route-table.ts'
import { progressText } from './trace-line.ts'

export class TaskProgress {
  readonly #err: Output
  readonly #skill: string
  readonly #wanted: string | undefined
  #peer = ''
  #open = false
  #streamed = ''
  /** What was waited for. */
  readonly #waited = new Set<string>()

  /** @param wanted whom the person asked for: an id, a beginning of one, a name */
  constructor(err: Output, skill: string, wanted?: string) {
    this.#err = err
    this.#skill = skill
    this.#wanted = wanted
  }

  /** All text chunks so far, in one. */
  get streamed(): string {
    return this.#streamed
  }

  show(event: TaskEvent): void {
    switch (event.type) {
      case 'submitted':
        return this.#status(`task ${shortTask(event.task)}: looking for a peer with ${this.#skill}`)
      case 'routed':
        this.clear()
        return showRoute(event, this.#err)
      case 'sent':
        this.#peer = plainLabel(event.name) || shortId(event.to)
        if (event.again === true) {
          return this.#status(`task ${shortTask(event.task)}: asking ${this.#peer} again`)
        }
        if (event.after !== undefined) this.#noteAgain(event)
        if (!event.listed) this.#noteStranger(event.to)
        return this.#status(`task ${shortTask(event.task)}: sent to ${this.#peer}${through(event)}`)
      case 'waiting':
        return this.#wait(event)
      case 'accepted':
        return this.#status(
          event.ahead > 0
            ? `${this.#peer} accepted, ${event.ahead} tasks ahead`
            : `${this.#peer} accepted`
        )
      case 'progress':
        return this.#status(`${this.#peer}: ${progressText(event)}`)
      case 'chunk':
        return this.#chunk(event.value)
      case 'completed':
        return this.#done(event.result)
      case 'failed':
      case 'canceled':
        return this.clear()
    }
  }

  /** Remove the changing line. */
  clear(): void {
    if (this.#open) this.#err.rewrite('')
    this.#open = false
  }

  /** On a terminal a line that goes again; elsewhere one note for each reason. */
  #wait({ name, to, after, ms }: Extract<TaskEvent, { type: 'waiting' }>): void {
    const peer = plainLabel(name) || shortId(to)
    const time = formatDuration(ms)
    const text =
      after === 'PEER_LOST'
        ? `the link to ${peer} broke; seeking it for up to ${time}`
        : `${peer} is full (${after}); asking again in ${time}`
    if (this.#err.tty) return this.#status(text)
    if (this.#waited.has(after)) return
    this.#waited.add(after)
    this.#err.line(`note: ${text}`)
  }

  /** Another peer after one that failed; what that one streamed does not count. */
  #noteAgain({ after = '', attempt }: Extract<TaskEvent, { type: 'sent' }>): void {
    this.clear()
    this.#streamed = ''
    const why = after === 'hedge' ? 'no answer yet' : after
    const text = `note: ${why}; asking ${this.#peer} too (attempt ${attempt})`
    this.#err.line(this.#err.paint('yellow', after === 'hedge' ? text : text.replace(' too', '')))
  }

  /** Anybody may offer any skill under any name; only an id says who it is. */
  #noteStranger(id: string): void {
    if (this.#wanted !== undefined && matchesId(id, this.#wanted)) return
    this.clear()
    const text = `note: ${this.#peer} (${shortId(id)}) is not on your allow list`
    this.#err.line(this.#err.paint('dim', text))
  }

  #status(text: string): void {
    if (!this.#err.tty || this.#streamed !== '') return
    const line = plainLabel(text, Math.max(20, this.#err.columns - 3))
    this.#err.rewrite(`${this.#err.paint('cyan', '◌')} ${this.#err.paint('dim', line)}`)
    this.#open = true
  }

  #chunk(value: unknown): void {
    this.clear()
    const text = typeof value === 'string' ? value : `${JSON.stringify(value)}\n`
    this.#streamed += text
    this.#err.raw(this.#err.tty ? plainText(text) : text)
  }

  #done(result: TaskResult): void {
    this.clear()
    if (!this.#err.tty) return
    const { paint } = this.#err
    const { findMs, acceptMs, workMs, totalMs } = result.timing
    const legs = Object.entries({ found: findMs, accepted: acceptMs, worked: workMs })
      .map(([leg, ms]) => `${leg} ${formatDuration(ms)}`)
      .join(', ')
    const tick = paint(['bold', 'green'], '✔')
    const facts = [
      `${plainLabel(result.skill)} by ${this.#peer || shortId(result.by)}`,
      'signature verified',
      `isolation ${result.isolation}`,
      ...(result.replay ? ['answered from its journal'] : [])
    ]
    this.#err.line(`${tick} ${facts.join(' · ')}`)
    this.#err.line(paint('dim', `  ${formatDuration(totalMs)}: ${legs} · task ${result.task}`))
  }
}

const through = ({ link }: Extract<TaskEvent, { type: 'sent' }>): string =>
  link === 'relayed' ? ' through a relay' : ''
