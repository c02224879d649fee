/** What shares answer: the types of their own schemas. */

import type * as z from 'zod/mini'
import type * as answers from '../../../src/gateway/shares/answers.ts'
import type { Profile } from '../../../src/gateway/shares/share.ts'
import type { ShownRun } from '../../../src/gateway/shares/shown.ts'

export type { Profile, ShownRun }
export type Share = z.infer<typeof answers.share>
export type NewShare = z.infer<typeof answers.newShare>
