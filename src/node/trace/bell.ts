/** Something may be new: waits for whoever rings, and does not miss a ring while at work. */

export class Bell {
  #rung = false
  #wake = (): void => undefined

  ring(): void {
    this.#rung = true
    this.#wake()
  }

  /** Resolves at once when it rang since the last time; one waits at a time. */
  async wait(): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    this.#rung = false
  }
}
