/** `npm run bench`: Peerwork beside the raw limits and its rivals, as one table. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadNow, report } from './report.ts'
import { memory } from './sections/memory.ts'
import { sandbox } from './sections/sandbox.ts'
import type { Section, Settings } from './sections/section.ts'
import { start } from './sections/start.ts'
import { warm } from './sections/warm.ts'
import { help, readFlags } from './settings.ts'
import type { SectionName } from './settings.ts'

const make: Record<SectionName, (settings: Settings) => Section> = { warm, start, memory, sandbox }

const flags = readFlags(process.argv.slice(2))
if (flags.help) process.stdout.write(help)
else await withCompileCache(run)

async function run(): Promise<void> {
  for (const left of flags.left) tell(`left out: ${left}`)
  const load = loadNow()
  const sections = flags.sections.map((name) => make[name](flags))
  for (let round = 0; round < flags.rounds; round++) {
    for (const section of sections) {
      tell(`round ${round + 1} of ${flags.rounds}: ${section.title.toLowerCase()}`)
      await section.round(round)
    }
  }
  const text = report(sections, flags, load)
  process.stdout.write(`\n${text}`)
  if (!flags.complete) return
  const file = new URL('../docs/benchmarks.md', import.meta.url)
  await writeFile(file, text)
  tell('written to docs/benchmarks.md')
}

/**
 * Every process measured keeps its compiled code between starts, as the `peerwork` command does.
 */
async function withCompileCache(use: () => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'peerwork-bench-code-'))
  process.env['NODE_COMPILE_CACHE'] = directory
  try {
    await use()
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`)
}
