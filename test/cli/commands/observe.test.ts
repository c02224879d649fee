import { expect, test } from 'vitest'
import { peerwork, temporary } from '../harness.ts'

test('words that mean nothing here are refused, and the help says which there are', async () => {
  const env = { XDG_DATA_HOME: temporary('data') }
  const wrong = await peerwork(['observe', 'keys'], { env })
  expect(wrong.code).toBe(2)
  expect(wrong.err).toContain('key')
  const help = await peerwork(['observe', '--help'], { env })
  expect(help.code).toBe(0)
  expect(help.out).toContain('peerwork observe key create my-app --scope ingest')
  const shell = await peerwork(['completion', 'bash'], { env })
  expect(shell.out).toMatch(/observe\) COMPREPLY=\(\$\(compgen -W 'key sign-in [^']*--no-network/)
})
