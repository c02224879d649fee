import { defineConfig } from 'vitest/config'

/** Real processes on a small machine: bounds are for hangs, not for speed. */
const TEST_MS_MAX = 60_000

export default defineConfig({
  ssr: { resolve: { conditions: ['source'] } },
  resolve: { conditions: ['source'] },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    testTimeout: TEST_MS_MAX,
    hookTimeout: TEST_MS_MAX,
    // Once more on CI, where a neighbour can take the processor away.
    retry: process.env['CI'] === 'true' ? 1 : 0,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 90 }
    }
  }
})
