/** Of all conventions the one that a span is written in. */

import type { OtlpSpan } from '../otlp/span.ts'
import type { Told } from './convention.ts'
import { genAi } from './gen-ai.ts'
import { openInference } from './open-inference.ts'
import { peerwork } from './peerwork.ts'
import { traceloop } from './traceloop.ts'
import { vercelAi } from './vercel-ai.ts'

/** The more special first: several write GenAI attributes beside their own. */
const CONVENTIONS = [peerwork, vercelAi, openInference, traceloop, genAi]

export function adapt(span: OtlpSpan): Told {
  for (const convention of CONVENTIONS) {
    const told = convention(span)
    if (told !== undefined) return told
  }
  return { kind: 'other' }
}
