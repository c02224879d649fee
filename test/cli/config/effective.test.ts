import { expect, test } from 'vitest'
import { readArguments } from '../../../src/cli/arguments.ts'
import type { Given } from '../../../src/cli/command.ts'
import { up } from '../../../src/cli/commands/up.ts'
import { effective } from '../../../src/cli/config/effective.ts'
import { settle } from '../../../src/cli/config/settings.ts'
import { UP_OPTIONS } from '../../../src/cli/up-options.ts'
import { contextOf, temporary } from '../harness.ts'

async function valuesOf(...args: string[]) {
  const { context } = contextOf({ env: { PEERWORK_HOME: temporary('home') } })
  const given = readArguments(up, args) as unknown as Given<typeof UP_OPTIONS>
  const list = await effective(settle(UP_OPTIONS, given, context), context)
  return Object.fromEntries(list.map(({ key, value }) => [key.name, value]))
}

test('defaults are shown as the preset has them', async () => {
  expect(await valuesOf()).toMatchObject({
    preset: 'lan',
    mdns: true,
    open: false,
    drain: '5000ms',
    quotas: ['rate=1000', 'burst=2000', 'in-flight=256', 'bytes=134217728', 'share=1']
  })
  const quotas = ['in-flight=1024', 'bytes=134217728', 'share=1']
  const inside = { preset: 'loopback', mdns: false, listen: ['/ip4/127.0.0.1/tcp/0'], quotas }
  expect(await valuesOf('--preset', 'loopback')).toMatchObject(inside)
})

test('the name of a file with a passphrase is shown, for it is no secret', async () => {
  await expect(valuesOf('--passphrase-file', '/missing')).rejects.toThrow('cannot read')
  const own = import.meta.filename
  expect(await valuesOf('--passphrase-file', own)).toMatchObject({ passphraseFile: own })
})
