/** So many at once; whoever has had its turn gives way as soon as somebody waits for one. */

export interface TurnsOptions {
  /** At once, count. */
  readonly max: number
  /** How long a turn lasts while others wait, ms; without them, as long as it takes. */
  readonly turnMs: number
}

interface Turn {
  readonly end: AbortController
  over: boolean
}

export class Turns {
  readonly #options: TurnsOptions
  readonly #running = new Set<Turn>()
  readonly #waiting: (() => void)[] = []
  #taken = 0

  constructor(options: TurnsOptions) {
    this.#options = options
  }

  /**
   * Do it when it is its turn.
   *
   * @param work is to end soon after its signal aborts
   * @throws whatever `work` throws
   */
  async take<T>(work: (turn: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#taken < this.#options.max) this.#taken++
    else await this.#wait()
    const turn: Turn = { end: new AbortController(), over: false }
    this.#running.add(turn)
    const timer = setTimeout(() => this.#over(turn), this.#options.turnMs).unref()
    try {
      return await work(turn.end.signal)
    } finally {
      clearTimeout(timer)
      this.#running.delete(turn)
      const next = this.#waiting.shift()
      if (next === undefined) this.#taken--
      else next()
    }
  }

  /** Whoever ends hands its place over, so that nobody comes in between. */
  #wait(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push(resolve)
    for (const turn of this.#running) {
      if (!turn.over || turn.end.signal.aborted) continue
      turn.end.abort()
      break
    }
    return promise
  }

  #over(turn: Turn): void {
    turn.over = true
    if (this.#waiting.length > 0) turn.end.abort()
  }
}
