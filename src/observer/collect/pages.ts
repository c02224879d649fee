/** Everything that one holder lists, one page after the other, with a rest in between. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { HeldLog, HeldPage, LogName } from '../../node/trace/api.ts'

/** Pages in a row, count: twice the logs that a collector knows. */
const PAGES_MAX = 32

export interface PagesOptions {
  /** Asks for what follows. */
  readonly page: (after: LogName | undefined) => Promise<HeldPage>
  /** Between two pages, ms. */
  readonly restMs: number
  readonly signal: AbortSignal
}

/** @throws whatever `page` throws; the reason of `signal` */
export async function* pagesOf(
  options: PagesOptions
): AsyncGenerator<readonly HeldLog[], void, void> {
  const { page, restMs, signal } = options
  let after: LogName | undefined
  for (let count = 1; ; count++) {
    const { logs, next } = await page(after)
    yield logs
    if (next === undefined || count === PAGES_MAX) return
    after = next
    await sleep(restMs, undefined, { signal })
  }
}
