/** On a terminal: one calm line of what the observer has by now, and of what is missing. */

import { integrityOf } from '../../observer/query/integrity.ts'
import type { TraceStore } from '../../observer/store.ts'
import type { Output } from '../output.ts'
import { formatBytes } from '../units.ts'

/** Between two looks, ms: soon enough for who waits for a first trace, and nothing flickers. */
const EVERY_MS = 1_000
/** Of a terminal that says 0. */
const COLUMNS = 80

export interface TallyOptions {
  readonly store: Pick<TraceStore, 'size' | 'holdings'>
  readonly err: Output
  /** This observer's own agent, which is not counted. */
  readonly self: string | undefined
  /** False: no line, whatever stderr is. */
  readonly tty?: boolean
}

export class Tally implements Disposable {
  readonly #options: TallyOptions
  #shown = ''
  #timer: NodeJS.Timeout | undefined
  #over = false

  constructor(options: TallyOptions) {
    this.#options = options
    if (options.err.tty && options.tty !== false) void this.#show()
  }

  /** What there is: `2 agents · 14 traces · 96 spans · 1.2 MB · nothing is missing`. */
  async text(): Promise<string> {
    const { store, self } = this.#options
    const [{ traces, spans, bytes }, holdings] = await Promise.all([store.size(), store.holdings()])
    const others = holdings.filter(({ by }) => by !== self)
    const { missing, forks } = integrityOf(others)
    const agents = new Set(others.map(({ by }) => by)).size
    if (agents + spans === 0) return 'nothing came in yet'
    return [
      ...(agents === 0 ? [] : [counted(agents, 'agent')]),
      ...[counted(traces, 'trace'), counted(spans, 'span')],
      ...[formatBytes(bytes), missing === 0 ? 'nothing is missing' : `${grouped(missing)} missing`],
      ...(forks === 0 ? [] : [counted(forks, 'fork')])
    ].join(' · ')
  }

  /** Takes the line away again. */
  [Symbol.dispose](): void {
    this.#over = true
    clearTimeout(this.#timer)
    if (this.#shown !== '') this.#options.err.rewrite('')
    this.#shown = ''
  }

  async #show(): Promise<void> {
    const { err } = this.#options
    const text = await this.text().catch(() => this.#shown)
    if (this.#over) return
    // Some terminals do not say how wide they are.
    const line = text.slice(0, (err.columns || COLUMNS) - 3)
    if (line !== this.#shown) err.rewrite(`  ${err.paint('dim', line)}`)
    this.#shown = line
    this.#timer = setTimeout(() => void this.#show(), EVERY_MS).unref()
  }
}

const grouped = (count: number): string => count.toLocaleString('en')
const counted = (count: number, noun: string): string =>
  `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`
