/** What `peerwork up` would really use, defaults included, fit to be shown. */

import type { AgentOptions } from '../../node/options.ts'
import { holdsMembership } from '../../node/membership/members-file.ts'
import type { JsonValue } from '../../protocol/json.ts'
import type { Context } from '../command.ts'
import { quotaTexts } from '../quotas.ts'
import type { UP_OPTIONS } from '../up-options.ts'
import { drainMsOf, upInit } from '../up-init.ts'
import type { Setting, Settings } from './settings.ts'

/** Keys whose values nobody else may see; a file that holds one may be named. */
const SECRET = /(?:passphrase|password|secret|token)(?!File$)/i
const HIDDEN = '(hidden)'

/**
 * Every setting with the value that counts.
 *
 * @throws PeerworkError what `peerwork up` would refuse to start with
 */
export async function effective(
  settings: Settings<typeof UP_OPTIONS>,
  context: Context
): Promise<Setting[]> {
  const { toOptions } = await import('../../node/options.ts')
  const options = toOptions(upInit(settings.values, context))
  const defaults = { ...defaultsOf(options), drain: `${drainMsOf(settings.values)}ms` }
  return settings.list.map((setting) => {
    const { key, value = defaults[key.name as keyof typeof defaults] } = setting
    return { ...setting, value: SECRET.test(key.name) && value !== undefined ? HIDDEN : value }
  })
}

function defaultsOf(options: AgentOptions): Readonly<Record<string, JsonValue>> {
  const { listen, mdns, open, capacity, queue, logLevel, home = null } = options
  // A member's network is that of its membership, which no option says.
  const network = home !== null && holdsMembership(home) ? null : options.network
  return {
    ...{ network, listen, mdns, open, capacity, queue, logLevel, home, preset: 'lan' },
    ...{ bootstrap: [], skills: [], allow: [], quotas: quotaTexts(options.quotas.all) }
  }
}
