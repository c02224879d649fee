/**
 * Deadlines of many tasks on one timer.
 *
 * A timer of its own costs each task some 2 µs to set and to clear, and nearly none ever goes off.
 * Here they stand in a set that is looked through a few times a second while somebody waits, so
 * each is up to one look late: fine for deadlines of seconds, not for delays.
 */

/** Between two looks, ms. */
const LOOK_EVERY_MS = 200

export interface Deadline {
  readonly at: number
  readonly passed: () => void
}

export class Deadlines {
  readonly #elapsed: () => number
  readonly #set = new Set<Deadline>()
  #timer: NodeJS.Timeout | undefined

  /** @param elapsed a monotonic clock, ms */
  constructor(elapsed: () => number) {
    this.#elapsed = elapsed
  }

  /** `passed` is called once, `ms` from now or a little later, unless it is cleared before. */
  set(ms: number, passed: () => void): Deadline {
    const deadline = { at: this.#elapsed() + ms, passed }
    this.#set.add(deadline)
    // Nobody's deadline keeps a process alive: the connection that it is about does.
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS).unref()
    return deadline
  }

  /** `ms` behind another deadline, which may be over by now. */
  setAfter(other: Deadline, ms: number, passed: () => void): Deadline {
    return this.set(other.at + ms - this.#elapsed(), passed)
  }

  clear(deadline: Deadline | undefined): void {
    if (deadline !== undefined) this.#set.delete(deadline)
  }

  #look(): void {
    const now = this.#elapsed()
    for (const deadline of this.#set) {
      if (deadline.at > now) continue
      this.#set.delete(deadline)
      deadline.passed()
    }
    if (this.#set.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
