/** `peerwork version`. */

import { defineCommand } from '../command.ts'
import { VERSION } from '../../node/version.ts'

export const version = defineCommand({
  name: 'version',
  summary: 'print the version',
  options: {},
  json: 'One object: peerwork, node, platform.',
  examples: [['peerwork version --json', 'for a bug report']],
  async run({ values }, { out }) {
    const { node } = process.versions
    const platform = `${process.platform}-${process.arch}`
    if (values.json) out.json({ peerwork: VERSION, node, platform })
    else out.line(out.tty ? `peerwork ${VERSION} (node ${node}, ${platform})` : VERSION)
    return Promise.resolve(0)
  }
})
