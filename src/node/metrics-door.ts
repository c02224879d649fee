/** The page of metrics while the agent runs: opened, moved to another port, closed. */

import type { MetricsServer } from './diagnosis/metrics-server.ts'

/** Told where the metrics are, as long as they are served. */
export interface Served {
  metrics?: string
}

type Open = (port: number) => Promise<MetricsServer>

/** Another page, open already beside the old one: one of the two stays. */
export interface Moved {
  /** Take it from now on, and close the old one. */
  keep(): Promise<void>
  /** Leave everything as it was. */
  drop(): Promise<void>
}

export class MetricsDoor implements AsyncDisposable {
  readonly #open: Open
  readonly #served: Served
  #server: MetricsServer | undefined

  constructor(open: Open, served: Served) {
    this.#open = open
    this.#served = served
  }

  /**
   * @param port of 127.0.0.1, 0 for any, `null` for none
   * @throws PeerworkError `BAD_OPTION` for a port that is taken
   */
  async move(port: number | null): Promise<Moved> {
    const next = port === null ? undefined : await this.#open(port)
    return {
      keep: async () => {
        const old = this.#server
        this.#server = next
        if (next === undefined) delete this.#served.metrics
        else this.#served.metrics = next.url
        await old?.[Symbol.asyncDispose]()
      },
      drop: async () => next?.[Symbol.asyncDispose]()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]()
  }
}
