import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { quoted, unitName, unitText } from '../../../src/cli/service/unit.ts'
import { temporary } from '../harness.ts'

const init = {
  name: 'alice',
  home: '/home/a b/100%',
  label: 'Alice "A" $HOME',
  config: undefined,
  command: [process.execPath, '--conditions=source', '/opt/peerwork/bin/peerwork.js'],
  drainMs: 30_000
}

test.for([
  ['/plain/path', '/plain/path'],
  ['two words', '"two words"'],
  ['a"b\\c', String.raw`"a\"b\\c"`],
  ['100%', '100%%'],
  ['$HOME', '$$HOME'],
  ["it's", `"it's"`],
  ['a\nb', String.raw`"a\nb"`],
  ['', '""']
] as const)('the word %j is written %s', ([word, text]) => {
  expect(quoted(word)).toBe(text)
})

test('a name becomes part of the name of a unit, whatever is in it', () => {
  expect(unitName('alice')).toBe('peerwork-alice.service')
  expect(unitName('Ünal / lab@1')).toBe('peerwork--nal-lab-1.service')
})

test('the end may take as long as the tasks may, and some more', () => {
  expect(unitText(init)).toContain('\nTimeoutStopSec=35\n')
})

test('another configuration file is named, the one in the home is not', () => {
  expect(unitText({ ...init, config: '/etc/p.json' })).toContain(' --config=/etc/p.json\n')
  expect(unitText(init)).not.toContain('--config')
})

test('nothing in the unit takes away what the sandbox needs', () => {
  const text = unitText(init)
  for (const directive of ['RestrictNamespaces', 'MemoryDenyWriteExecute', 'ProtectSystem']) {
    expect(text).not.toMatch(new RegExp(`^${directive}=`, 'm'))
  }
})

const analyzes = (() => {
  try {
    execFileSync('systemd-analyze', ['--version'])
    return true
  } catch {
    return false
  }
})()

/** What systemd makes of a unit; throws with its complaint. */
function verify(name: string, text: string): string {
  const file = join(temporary('unit'), name)
  writeFileSync(file, text)
  const args = ['--user', '--man=no', '--recursive-errors=no', 'verify', file]
  const folder = temporary('runtime')
  const env = { ...process.env, XDG_RUNTIME_DIR: folder, HOME: folder }
  return execFileSync('systemd-analyze', args, { env, stdio: 'pipe', encoding: 'utf8' })
}

test.skipIf(!analyzes && process.env['CI'] !== 'true')('systemd finds nothing wrong', () => {
  const unit = unitText({ ...init, command: [process.execPath, '--conditions=source', '/x.js'] })
  expect(verify(unitName('alice'), unit)).toBe('')
  expect(() => verify('bad.service', unit.replace('Type=notify', 'Tipe=notify'))).toThrow('Tipe')
  expect(() => verify('bad.service', unit.replace('ExecStart=/', 'ExecStart=/nowhere/'))).toThrow(
    /not executable|No such file/
  )
})
