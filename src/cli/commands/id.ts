/** `peerwork id`: who this agent is. */

import { systemClock } from '../../node/clock.ts'
import { openHome, recall } from '../../node/home.ts'
import { nameOfNetwork } from '../../protocol/membership/network-id.ts'
import { defineCommand } from '../command.ts'
import type { Context } from '../command.ts'
import { columns } from '../columns.ts'
import { connectControl } from '../control-client.ts'
import { again } from '../membership/again.ts'
import { plainLabel } from '../plain-text.ts'
import { homeOf, passphraseOf } from '../session.ts'

interface Identity {
  readonly id: string
  readonly name: string | null
  readonly home: string
  readonly running: boolean
  readonly network?: string
  readonly pid?: number
  readonly addresses?: readonly string[]
}

export const id = defineCommand({
  name: 'id',
  summary: 'show who this agent is',
  about: [
    'The id is the public key: give it to others for their --allow. Without a running agent it ' +
      'is read from the home; a home without a key gets one.'
  ],
  options: {
    'passphrase-file': {
      type: 'string',
      value: '<file>',
      about: 'file that holds the passphrase of the key'
    }
  },
  json: 'One object: id, name (or null), home, running; when running also network, pid, addresses.',
  examples: [
    ['peerwork id', 'who am I'],
    ['peerwork up --allow $(peerwork id --name bob --json | jq -r .id)', 'let bob submit'],
    ['peerwork id --name alice', 'make or read the key of alice']
  ],
  async run({ values }, context) {
    const home = homeOf(values, context)
    const running = await connectControl(home)
    const found: Identity =
      running === undefined
        ? await fromHome(home, passphraseOf(values, context), values.name)
        : { ...running.info, home, running: true }
    if (values.json) context.out.json(jsonOf(found))
    else show(found, { home: values.home, name: values.name }, context)
  }
})

async function fromHome(
  home: string,
  passphrase: string | undefined,
  given: string | undefined
): Promise<Identity> {
  const { openKey } = await import('../../node/key-file.ts')
  const { identity } = openKey(openHome(home), systemClock, passphrase)
  return { id: identity.id, name: recall(home, 'name') ?? given ?? null, home, running: false }
}

function jsonOf({ id, name, home, running, network, pid, addresses }: Identity): object {
  return { id, name, home, running, ...(running && { network, pid, addresses }) }
}

/** What people call it; what it is on the wire says `--json`. */
const networkRow = (network: string | undefined): string[][] =>
  network === undefined ? [] : [['network', plainLabel(nameOfNetwork(network))]]

function show(found: Identity, choice: Parameters<typeof again>[1], { out, err }: Context): void {
  if (!out.tty) return out.line(found.id)
  const { paint } = out
  const rows = [
    ['id', paint('bold', found.id)],
    ...(found.name === null ? [] : [['name', plainLabel(found.name)]]),
    ['home', found.home],
    ['running', found.running ? `yes, pid ${found.pid}` : 'no'],
    ...networkRow(found.network),
    ...(found.addresses ?? []).map((address) => ['address', address])
  ]
  for (const line of columns(rows.map(([label = '', value = '']) => [paint('dim', label), value])))
    out.line(line)
  if (!found.running) err.line(err.paint('dim', `start it with: ${again('up', choice)}`))
}
