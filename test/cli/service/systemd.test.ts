import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Systemd, unitFolder } from '../../../src/cli/service/systemd.ts'
import { temporary } from '../harness.ts'

/** A folder with a systemctl of our own that does what a script says. */
function pretending(script: string): Record<string, string> {
  const folder = temporary('bin')
  writeFileSync(join(folder, 'systemctl'), `#!/bin/sh\n${script}\n`)
  chmodSync(join(folder, 'systemctl'), 0o755)
  return { PATH: `${folder}:/usr/bin:/bin` }
}

test('units lie where systemd looks for those of a user', () => {
  expect(unitFolder({ XDG_CONFIG_HOME: '/c' })).toBe('/c/systemd/user')
  expect(unitFolder({})).toMatch(/\/\.config\/systemd\/user$/)
})

test('what systemctl complains of is told, with the command', async () => {
  const systemd = new Systemd(pretending('echo "Failed: no such unit" >&2; exit 5'))
  await expect(systemd.command('a.service', 'start', 'a.service')).rejects.toMatchObject({
    code: 'SERVICE_FAILED',
    message: 'systemctl --user start a.service: Failed: no such unit',
    facts: { unit: 'a.service' }
  })
})

test('properties come as they are, also with an equals sign inside', async () => {
  const systemd = new Systemd(pretending('echo StatusText=a=b; echo MainPID=7'))
  expect(Object.fromEntries(await systemd.show('a', ['StatusText', 'MainPID']))).toMatchObject({
    StatusText: 'a=b',
    MainPID: '7'
  })
})

test('without a systemd that can be reached there are no services', async () => {
  const systemd = new Systemd(pretending('echo "Failed to connect to bus" >&2; exit 1'))
  const reason = existsSync('/run/systemd/system')
    ? /cannot be reached \(Failed to connect to bus\)/
    : /does not run systemd/
  await expect(systemd.mustBeThere()).rejects.toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    message: expect.stringMatching(reason) as unknown
  })
})
