/** The tasks of this agent, both sides, newest last: what `peerwork tasks` lists. */

import type { TaskSummary } from './api.ts'
import type { Clock } from './clock.ts'

/** Summaries kept, count: the last minutes of a busy agent, at about 300 bytes each. */
const KEPT_MAX = 1_000

type Opening = Pick<TaskSummary, 'id' | 'skill' | 'trace' | 'side' | 'peer'>
type State = TaskSummary['state']

export class TaskTable {
  readonly #clock: Clock
  readonly #rows = new Map<string, TaskSummary & { begin: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * A row for a task that begins.
   *
   * @returns its key for `update` and `close`. Of a task of our own that is the id; the ids of
   *   tasks for others are chosen by those others, so they say nothing without the peer.
   */
  open(opening: Opening): string {
    const { id, side, peer } = opening
    const key = side === 'requester' ? id : `${peer} ${id}`
    if (this.#rows.size >= KEPT_MAX) this.#makeRoom()
    const started = this.#clock.now()
    const state = opening.side === 'requester' ? 'submitted' : 'accepted'
    const rest = { code: null, wallMs: null, started, begin: this.#clock.elapsed() } as const
    this.#rows.delete(key)
    this.#rows.set(key, { ...opening, ...rest, state })
    return key
  }

  update(key: string, change: { state?: State; peer?: string }): void {
    const row = this.#rows.get(key)
    if (row !== undefined && row.wallMs === null) Object.assign(row, change)
  }

  close(key: string, state: State, code: string | null): void {
    const row = this.#rows.get(key)
    if (row === undefined) return
    const wallMs = Math.round(this.#clock.elapsed() - row.begin)
    Object.assign(row, { state, code, wallMs })
  }

  list(): TaskSummary[] {
    return [...this.#rows.values()].map(({ begin: _begin, ...row }) => row)
  }

  /** The oldest row that is over, or else the oldest. */
  #makeRoom(): void {
    for (const [key, { wallMs }] of this.#rows) {
      if (wallMs !== null) {
        this.#rows.delete(key)
        return
      }
    }
    this.#rows.delete(this.#rows.keys().next().value ?? '')
  }
}
