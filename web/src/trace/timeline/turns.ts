/** Long work in pieces: the page draws and answers between them. */

/**
 * What is done without a stop, and what is left to others then, ms: together a frame of sixty a
 * second. A step that takes longer is a piece alone.
 */
const PIECE_MS = 4
const REST_MS = 12

/** @param done called later, never at once @returns how to stop before that */
export function inTurns<Result>(
  steps: Generator<undefined, Result, undefined>,
  done: (result: Result) => void
): () => void {
  const go = (): void => {
    const began = performance.now()
    do {
      const step = steps.next()
      if (step.done === true) return done(step.value)
    } while (performance.now() - began < PIECE_MS)
    timer = setTimeout(go, REST_MS)
  }
  let timer = setTimeout(go)
  return () => clearTimeout(timer)
}

/** Without a stop. */
export function atOnce<Result>(steps: Generator<undefined, Result, undefined>): Result {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}
