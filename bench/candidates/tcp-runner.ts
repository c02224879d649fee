/** The limit: plain TCP, and the work in runner processes like ours. */

import { runners } from '../runners.ts'
import { signed } from '../signed.ts'
import { tcp } from './tcp.ts'

export const candidate = signed(tcp, runners)
