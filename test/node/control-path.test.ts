import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  SOCKET_PATH_BYTES_MAX,
  claimSocketPath,
  findSocketPath,
  releaseSocketPath
} from '../../src/node/control-path.ts'
import { serveControl } from '../../src/node/control.ts'
import { connectControl } from '../../src/cli/control-client.ts'
import { ControlDouble, INFO, privateHome } from './control-double.ts'

function longHome(): string {
  const home = join(privateHome(), 'h'.repeat(120))
  mkdirSync(home, { mode: 0o700 })
  return home
}

test('a short home holds the socket itself', () => {
  const home = privateHome()
  expect(claimSocketPath(home, {})).toBe(join(home, 'control.sock'))
  expect(findSocketPath(home)).toBe(join(home, 'control.sock'))
})

test('a long home points to a private directory with a short path', () => {
  const home = longHome()
  const path = claimSocketPath(home, {})
  onTestFinished(() => releaseSocketPath(home, path))
  expect(Buffer.byteLength(path)).toBeLessThanOrEqual(SOCKET_PATH_BYTES_MAX)
  expect(statSync(dirname(path)).mode & 0o777).toBe(0o700)
  expect(findSocketPath(home)).toBe(path)
  expect(claimSocketPath(home, {})).toBe(path)
})

test('the runtime directory of the user is preferred when it is private', () => {
  const runtime = mkdtempSync(join(tmpdir(), 'run-'))
  onTestFinished(() => rmSync(runtime, { recursive: true }))
  const home = longHome()
  const path = claimSocketPath(home, { XDG_RUNTIME_DIR: runtime })
  expect(path.startsWith(runtime)).toBe(true)
  releaseSocketPath(home, path)
  expect(existsSync(dirname(path))).toBe(false)
  expect(findSocketPath(home)).toBeUndefined()
})

test('a directory that others can open is not trusted', () => {
  const home = longHome()
  const path = claimSocketPath(home, {})
  onTestFinished(() => releaseSocketPath(home, path))
  chmodSync(dirname(path), 0o755)
  expect(findSocketPath(home)).toBeUndefined()
})

test('an agent in a long home is served and found', async () => {
  const home = longHome()
  const agent = new ControlDouble()
  await using _control = await serveControl({ agent, home, log: { warn: () => undefined } })
  expect((await connectControl(home))?.info).toEqual(INFO)
})
