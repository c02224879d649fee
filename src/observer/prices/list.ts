/**
 * List prices that vendors published, US dollars for a million tokens.
 *
 * A new price gets a line with its day; old lines stay, because old calls were paid at old prices.
 * Vendors' discounts, batches and long-context rates are not in it: an operator's own table goes
 * first (docs/observer.md).
 */

import type { Price } from './price.ts'

type Row = readonly [
  model: string,
  from: string,
  input: number,
  output: number,
  cacheRead?: number,
  cacheWrite?: number
]

const ROWS: readonly Row[] = [
  ['gpt-4o', '2024-05-13', 5, 15],
  ['gpt-4o', '2024-10-02', 2.5, 10, 1.25],
  ['gpt-4o-mini', '2024-07-18', 0.15, 0.6, 0.075],
  ['gpt-4.1', '2025-04-14', 2, 8, 0.5],
  ['gpt-4.1-mini', '2025-04-14', 0.4, 1.6, 0.1],
  ['gpt-4.1-nano', '2025-04-14', 0.1, 0.4, 0.025],
  ['gpt-5', '2025-08-07', 1.25, 10, 0.125],
  ['gpt-5-mini', '2025-08-07', 0.25, 2, 0.025],
  ['gpt-5-nano', '2025-08-07', 0.05, 0.4, 0.005],
  ['o3', '2025-06-10', 2, 8, 0.5],
  ['o4-mini', '2025-04-16', 1.1, 4.4, 0.275],
  ['text-embedding-3-small', '2024-01-25', 0.02, 0],
  ['text-embedding-3-large', '2024-01-25', 0.13, 0],
  ['claude-3-haiku', '2024-03-13', 0.25, 1.25, 0.03, 0.3],
  ['claude-3-opus', '2024-03-04', 15, 75, 1.5, 18.75],
  ['claude-3-5-haiku', '2024-12-05', 0.8, 4, 0.08, 1],
  ['claude-3-5-sonnet', '2024-06-20', 3, 15, 0.3, 3.75],
  ['claude-3-7-sonnet', '2025-02-24', 3, 15, 0.3, 3.75],
  ['claude-sonnet-4', '2025-05-22', 3, 15, 0.3, 3.75],
  ['claude-opus-4', '2025-05-22', 15, 75, 1.5, 18.75],
  ['claude-opus-4-5', '2025-11-24', 5, 25, 0.5, 6.25],
  ['claude-haiku-4-5', '2025-10-15', 1, 5, 0.1, 1.25],
  ['gemini-2.0-flash', '2025-02-05', 0.1, 0.4, 0.025],
  ['gemini-2.5-pro', '2025-06-17', 1.25, 10],
  ['gemini-2.5-flash', '2025-06-17', 0.3, 2.5]
]

/** Models that run on one's own machine cost no tokens' money. */
const OWN = ['ollama', 'llama.cpp', 'vllm', 'lmstudio'].map((provider): Price => ({
  model: '',
  provider,
  from: '1970-01-01',
  input: 0,
  output: 0
}))

export const LIST_PRICES: readonly Price[] = [
  ...OWN,
  ...ROWS.map(([model, from, input, output, cacheRead, cacheWrite]): Price => ({
    ...{ model, from, input, output },
    ...(cacheRead !== undefined && { cacheRead }),
    ...(cacheWrite !== undefined && { cacheWrite })
  }))
]
