/**
 * Where the page of a shared run begins. In a file the run stands in the page; behind a link it is
 * asked for once, because each answer counts as a view.
 */

import { render } from 'preact'
import { closeDirections } from '../close-directions.ts'
import { Empty, Loading } from '../parts/states.tsx'
import '../style/base.css'
import '../style/parts.css'
import './share.css'
import { named } from '../hint.ts'
import { SharedRun } from './shared-run.tsx'
import type { ShownRun } from './types.ts'

closeDirections()
const root = document.getElementById('app') ?? document.body

function Nowhere() {
  return (
    <main class="shared">
      <h1>This link leads nowhere</h1>
      <p>It may have ended, been used up or been taken back. Ask for another.</p>
    </main>
  )
}

function Later({ why, after }: { readonly why: string; readonly after: () => void }) {
  return (
    <main class="shared">
      <Empty title="The run could not be loaded">
        <p>{why}</p>
        <button type="button" onClick={after}>
          Try again
        </button>
      </Empty>
    </main>
  )
}

async function load(): Promise<void> {
  render(
    <main class="shared">
      <Loading what="the run" />
    </main>,
    root
  )
  const later = (why: string): void => render(<Later why={why} after={() => void load()} />, root)
  try {
    const response = await fetch(`${location.pathname}?as=json`)
    if (response.status === 404) return render(<Nowhere />, root)
    if (!response.ok) {
      return later(response.status === 429 ? 'Too many ask at once.' : 'The observer has trouble.')
    }
    show((await response.json()) as ShownRun)
  } catch {
    later('Nobody answers.')
  }
}

function show(run: ShownRun): void {
  if (run.name !== null) document.title = `${named(run.name)} · ${run.title}`
  render(<SharedRun run={run} />, root)
}

const inFile = document.getElementById('run')?.textContent
if (inFile === undefined) void load()
else show(JSON.parse(inFile) as ShownRun)
