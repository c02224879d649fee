/** Waiting for a while, or until a peer comes that is waited for. */

import type { PeerEvent } from '../api.ts'
import type { Peers } from '../peers.ts'

export class Bell implements Disposable {
  readonly #signal: AbortSignal
  readonly #stop: () => void
  #ring = (): void => undefined

  /**
   * @param rings whether this is what is waited for
   * @param signal ends every wait with its reason
   */
  constructor(
    events: Pick<Peers['events'], 'listen'>,
    rings: (event: PeerEvent) => boolean,
    signal: AbortSignal
  ) {
    this.#signal = signal
    this.#stop = events.listen((event) => {
      if (rings(event)) this.#ring()
    })
  }

  /** Until it rings, the time is over, or there is an answer. @throws the reason of the signal */
  async wait<T>(ms: number, answer?: Promise<T>): Promise<T | undefined> {
    this.#signal.throwIfAborted()
    const rung = Promise.withResolvers<undefined>()
    const ring = (): void => rung.resolve(undefined)
    const timer = setTimeout(ring, ms)
    this.#ring = ring
    this.#signal.addEventListener('abort', ring, { once: true })
    try {
      return await (answer === undefined ? rung.promise : Promise.race([answer, rung.promise]))
    } finally {
      clearTimeout(timer)
      this.#signal.removeEventListener('abort', ring)
      this.#signal.throwIfAborted()
    }
  }

  [Symbol.dispose](): void {
    this.#stop()
  }
}
