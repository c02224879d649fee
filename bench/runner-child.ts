/** Inside a runner of the limit: read JSON, echo its text, write JSON. */

import { Socket } from 'node:net'
import { answer } from './lines.ts'
import { inline } from './signed.ts'

/** Descriptor of the channel, after the three standard ones. */
const CHANNEL_FD = 3

const channel = new Socket({ fd: CHANNEL_FD, readable: true, writable: true })
channel.on('end', () => process.exit(0))
const work = await inline()
answer(channel, work.run)
