/**
 * What the sandbox costs, without any network: `dispatch-process.ts <place> <order as JSON>` has
 * the echo skill's work done in this process, by the limit's bare runner, or by our workshop, and
 * prints the figures as JSON. `PEERWORK_SANDBOX=process` in the environment leaves bubblewrap
 * aside.
 */

import type { Caller } from './candidates/candidate.ts'
import type { Place } from './dispatch.ts'
import { measure } from './measure.ts'
import type { Plan } from './measure.ts'
import { runners } from './runners.ts'
import { inline, utf8 } from './signed.ts'
import type { Work } from './signed.ts'
import { workshop } from './workshop.ts'

const [place = 'inline', text = '{}'] = process.argv.slice(2)
const makers: Record<Place, () => Promise<Work>> = { inline, bare: () => runners(1), workshop }
const began = performance.now()
const work = await makers[place as Place]()
const coldMs = performance.now() - began
const caller: Caller = {
  call: async (text) => {
    const output = await work.run(Buffer.from(JSON.stringify({ text })))
    return JSON.parse(utf8(output)) as string
  },
  close: () => work.close()
}
const samples = await measure(caller, JSON.parse(text) as Plan)
process.stdout.write(`${JSON.stringify({ coldMs, samples })}\n`)
await caller.close()
process.exit(0)
