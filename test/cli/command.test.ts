import { expect, test } from 'vitest'
import { COMMON } from '../../src/cli/command.ts'
import { COMMANDS } from '../../src/cli/table.ts'

test('no command gives a common option another meaning, or a short name twice', async () => {
  for (const name of Object.keys(COMMANDS.summaries)) {
    const { options } = await COMMANDS.load(name)
    for (const common of Object.keys(COMMON)) expect(Object.keys(options)).not.toContain(common)
    const all = Object.values({ ...options, ...COMMON })
    const shorts = all.flatMap((spec) => ('short' in spec ? [spec.short] : []))
    expect(new Set(shorts).size).toBe(shorts.length)
  }
})

test('every option with a value says what kind it is, and all say what they are for', async () => {
  for (const name of Object.keys(COMMANDS.summaries)) {
    const { options } = await COMMANDS.load(name)
    for (const spec of Object.values(options)) {
      expect(spec.about).not.toBe('')
      if (spec.type === 'string') expect(spec.value).toMatch(/^<.+>$/)
    }
  }
})
