/** `peerwork network`: make a network with an owner, look at it, leave it. */

import { defineCommand } from '../command.ts'
import { changeKey } from '../membership/change-key.ts'
import { create } from '../membership/create.ts'
import { leave } from '../membership/leave.ts'
import { PASSPHRASES } from '../membership/passphrases.ts'
import { renew } from '../membership/renew.ts'
import { showNetwork } from '../membership/show.ts'
import type { NetworkLine } from '../membership/home.ts'
import { PeerworkError } from '../../protocol/errors.ts'

const ACTIONS = ['create', 'leave', 'rotate-key', 'renew', 'restore'] as const

export const network = defineCommand({
  name: 'network',
  summary: 'make a network of members, look at it, leave it',
  about: [
    'Alone it tells which network this home is in: who owns it, what this agent may do in it, ' +
      'and until when. It ends with 3 where the home is in none.',
    "create makes a network with an owner, and this home its first admin. The owner's key lies " +
      'apart from every agent, under ~/.config/peerwork/owners ($XDG_CONFIG_HOME). Only it ' +
      'makes, renews and removes admins; carry it away and bring it back for that.',
    'rotate-key gives this agent a new key; it stays the same member. renew gives an admin (this ' +
      "one, or <name>) another year, with the owner's key. restore makes this home an admin of " +
      "the network <name> from the owner's key alone: for when the homes of all admins are lost. " +
      'leave makes this home forget that it is a member.',
    'All that change this agent need it to be stopped; renew and a look do not.'
  ],
  words: [
    { name: 'action', about: 'what to do', optional: true, choices: ACTIONS },
    { name: 'name', about: 'the network, or for renew the member', optional: true }
  ],
  options: {
    ...PASSPHRASES,
    yes: { type: 'boolean', short: 'y', about: 'leave: do not ask' }
  },
  json:
    'Alone: network (wire id, or null), name, owner, member {id, name}, roles, expires, admins, ' +
    'members, problems, ownerKey (path, or null), home, running. create and restore: network, ' +
    'name, owner, ownerKeyPath, locked, member, memberName, expires. rotate-key: before, after, ' +
    'oldKeyPath. renew: id, name, expires, told. leave: network, name.',
  examples: [
    ['peerwork network create lab', 'a network of your own'],
    ['peerwork network', 'where am I, and until when?'],
    ['peerwork network create lab --passphrase-file ./secret', 'for a script: a locked key'],
    ['peerwork network renew', "another year for this admin, with the owner's key"],
    ['peerwork network rotate-key', 'when the key may have been seen'],
    ['peerwork network leave', 'be a member no more']
  ],
  async run(given, context) {
    const [action, name] = given.words
    const line: NetworkLine = { values: given.values, name }
    if (name !== undefined && (action === 'leave' || action === 'rotate-key')) {
      throw new PeerworkError('BAD_OPTION', `one word too many: "${name}"`, { command: 'network' })
    }
    switch (action as (typeof ACTIONS)[number] | undefined) {
      case 'create':
        return create(line, context, 'create')
      case 'restore':
        return create(line, context, 'restore')
      case 'leave':
        return leave(line, context)
      case 'rotate-key':
        return changeKey(line, context)
      case 'renew':
        return renew(line, context)
      case undefined:
        return showNetwork(line, context)
    }
  }
})
