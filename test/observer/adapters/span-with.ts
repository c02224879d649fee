/** A span that says nothing but its attributes. */

import type { OtlpSpan } from '../../../src/observer/otlp/span.ts'
import type { JsonObject } from '../../../src/protocol/json.ts'

export const spanWith = (attributes: JsonObject): OtlpSpan => ({
  ...{ trace: 'ab'.repeat(16), span: 'cd'.repeat(8), parent: '', name: 'span', kind: 1 },
  ...{ startUs: 1, endUs: 2, attributes, events: [], links: [], status: 0, message: '' },
  ...{ resource: {}, scope: '', cut: 0 }
})
