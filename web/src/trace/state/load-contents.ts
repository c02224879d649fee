/** What agents sealed for this observer alone, of some spans of a trace. */

import type { ShownContent } from '../../../../src/observer/content-page.ts'
import { get } from '../../api.ts'
import type { Page } from '../../types.ts'

/** @throws ApiError */
export async function contentsOf(
  trace: string,
  spans: readonly string[],
  signal: AbortSignal
): Promise<readonly ShownContent[]> {
  const path = `/api/v1/traces/${trace}/contents`
  const found: ShownContent[] = []
  // One after the other: each makes the observer ask a producer.
  for (const span of spans) {
    const { items } = await get<Page<ShownContent>>(path, { span }, signal)
    found.push(...items)
  }
  return found
}
