/** `peerwork version`. */

import { defineCommand } from '../command.ts'
import { packageVersion } from '../package-version.ts'

export const version = defineCommand({
  name: 'version',
  summary: 'print the version',
  options: {},
  json: 'One object: peerwork, node, platform.',
  examples: [['peerwork version --json', 'for a bug report']],
  async run({ values }, { out }) {
    const peerwork = packageVersion()
    const { node } = process.versions
    const platform = `${process.platform}-${process.arch}`
    if (values.json) out.json({ peerwork, node, platform })
    else out.line(out.tty ? `peerwork ${peerwork} (node ${node}, ${platform})` : peerwork)
    return Promise.resolve(0)
  }
})
