/** Lets a few messages a second through and never loses the last one. */

/** Time, handed in: `every` is the least time between two messages, ms. */
export interface Gate<T> {
  push(value: T): void
  /** Let the last one through now, if one waits. */
  flush(): void
}

export function createGate<T>(every: number, pass: (value: T) => void): Gate<T> {
  let waiting: { readonly value: T } | undefined
  let timer: NodeJS.Timeout | undefined
  const open = (): void => {
    timer = undefined
    if (waiting === undefined) return
    const { value } = waiting
    waiting = undefined
    timer = setTimeout(open, every).unref()
    pass(value)
  }
  return {
    push(value) {
      waiting = { value }
      if (timer === undefined) open()
    },
    flush() {
      clearTimeout(timer)
      timer = undefined
      if (waiting === undefined) return
      const { value } = waiting
      waiting = undefined
      pass(value)
    }
  }
}
