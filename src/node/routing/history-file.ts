/** The history in the home: written now and then, and at the end. */

import { recall, remember } from '../home.ts'
import { History } from './history.ts'

const FILE = 'routing.json'
/** Between two writings, ms: what a crash forgets. */
const WRITE_EVERY_MS = 30_000
/** A larger file is not ours, characters: 512 peers have some 60,000. */
const LENGTH_MAX = 256 * 1024

export interface KeptHistory extends Disposable {
  readonly history: History
}

/** @param home without one nothing is kept */
export function keepHistory(home: string | undefined, now: () => number): KeptHistory {
  const history = new History(now)
  const text = recall(home, FILE)
  if (text !== undefined && text.length <= LENGTH_MAX) history.load(text)
  let written = history.changes
  const write = (): void => {
    if (history.changes === written) return
    try {
      remember(home, FILE, history.save())
      written = history.changes
    } catch {
      // A full disk is told by the journal; without a history every peer is as good as new.
    }
  }
  const timer = setInterval(write, WRITE_EVERY_MS).unref()
  return {
    history,
    [Symbol.dispose]() {
      clearInterval(timer)
      write()
    }
  }
}
