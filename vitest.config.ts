import { defineConfig } from 'vitest/config'

/** Real processes on a small machine: bounds are for hangs, not for speed. */
const TEST_MS_MAX = 60_000

/** eventsource-parser takes the condition `source` too, and node strips no types of packages. */
const INLINE = [/\/node_modules\/(?:ai|@ai-sdk|eventsource-parser|@modelcontextprotocol\/client)\//]

export default defineConfig({
  ssr: { resolve: { conditions: ['source'] } },
  resolve: { conditions: ['source'] },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    globalSetup: ['test/web/build.ts'],
    server: { deps: { inline: INLINE } },
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
