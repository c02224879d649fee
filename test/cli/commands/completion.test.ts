import { expect, test } from 'vitest'
import { COMMANDS } from '../../../src/cli/table.ts'
import { completables } from '../../../src/cli/commands/completion.ts'
import { peerwork } from '../harness.ts'

test.for(['bash', 'zsh', 'fish'])(
  'the script for %s knows every command and option',
  async (shell) => {
    const { code, out } = await peerwork(['completion', shell])
    expect(code).toBe(0)
    for (const { name, options } of await completables(COMMANDS)) {
      expect(out).toContain(name)
      for (const option of Object.keys(options)) expect(out).toContain(option)
    }
  }
)

test('an unknown shell is refused', async () => {
  const { code, err } = await peerwork(['completion', 'zhs'])
  expect(code).toBe(2)
  expect(err).toContain('Did you mean zsh?')
})
