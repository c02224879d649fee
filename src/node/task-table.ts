/** The tasks of this agent, both sides, newest last: what `peerwork tasks` lists. */

import type { TaskSummary } from './api.ts'
import type { Clock } from './clock.ts'
import type { Counters } from './counters.ts'

/** Summaries kept, count: the last minutes of a busy agent, at about 300 bytes each. */
const KEPT_MAX = 1_000

type Opening = Pick<TaskSummary, 'id' | 'skill' | 'trace' | 'side' | 'peer'>
type State = TaskSummary['state']
type Row = { -readonly [Key in keyof TaskSummary]: TaskSummary[Key] } & { readonly begin: number }

export class TaskTable {
  readonly #clock: Clock
  readonly #counters: Pick<Counters, 'count'>
  readonly #rows = new Map<string, Row>()

  constructor(clock: Clock, counters: Pick<Counters, 'count'>) {
    this.#clock = clock
    this.#counters = counters
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
    const { skill, trace } = opening
    const state = side === 'requester' ? 'submitted' : 'accepted'
    const started = this.#clock.now()
    const begin = this.#clock.elapsed()
    this.#rows.delete(key)
    const open = { state, code: null, wallMs: null, started, begin } as const
    this.#rows.set(key, { id, skill, trace, side, peer, ...open })
    return key
  }

  update(key: string, change: { state?: State; peer?: string }): void {
    const row = this.#rows.get(key)
    if (row === undefined || row.wallMs !== null) return
    row.state = change.state ?? row.state
    row.peer = change.peer ?? row.peer
  }

  close(key: string, state: State, code: string | null): void {
    const row = this.#rows.get(key)
    if (row === undefined) return
    if (row.wallMs === null) {
      this.#counters.count('tasks_ended', { side: row.side, state, code: code ?? '' })
    }
    row.state = state
    row.code = code
    row.wallMs = Math.round(this.#clock.elapsed() - row.begin)
  }

  list(): TaskSummary[] {
    return [...this.#rows.values()].map(({ begin: _begin, ...row }) => row)
  }

  /** Whether a task of or for this peer is open. */
  worksWith(peer: string): boolean {
    return this.#rows.values().some((row) => row.peer === peer && row.wallMs === null)
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
