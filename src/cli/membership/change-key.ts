/** `peerwork network rotate-key`: a new key for the same member. */

import { configDirFor } from '../../node/membership/owner-key.ts'
import type { Context } from '../command.ts'
import { columns } from '../columns.ts'
import { again } from './again.ts'
import { memberHome, mustRest } from './home.ts'
import type { NetworkLine } from './home.ts'
import { paragraph } from './paragraph.ts'
import { withPassphrases } from './passphrases.ts'

export async function changeKey({ values }: NetworkLine, context: Context): Promise<void> {
  const home = await mustRest(values, context, 'change its key')
  const { info } = await memberHome(values, context)
  const { rotateKey } = await import('../../node/membership/rotate.ts')
  const changed = await withPassphrases(values, context, ({ home: homePassphrase, owner }) => {
    return rotateKey({
      ...{ home, configDir: configDirFor(context.env) },
      ...(homePassphrase !== undefined && { homePassphrase }),
      ...(owner !== undefined && { passphrase: owner })
    })
  })
  if (values.json) return context.out.json(changed)
  const { err } = context
  const { paint } = err
  err.line(`${paint(['bold', 'green'], '✔')} this agent has a new key, and with it a new id`)
  const rows = [
    ['was', changed.before],
    ['is', paint('bold', changed.after)],
    ['old key', changed.oldKeyPath]
  ]
  const cells = rows.map(([head = '', text = '']) => [`  ${paint('dim', head)}`, text])
  for (const line of columns(cells)) err.line(line)
  err.line()
  const text =
    `Start it soon (${again('up', values)}): members take the new key for the old one as they ` +
    'meet it' +
    (info.roles.includes('admin') ? '. ' : ', and an admin renews its certificate. ') +
    'Remove the old key when all have; allow lists elsewhere that name the old id need the new one.'
  for (const line of paragraph(text, err)) err.line(paint('dim', line))
}
