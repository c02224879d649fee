/** What the pointer is over, in words. */

import { duration, money } from '../../format.ts'
import { Status } from '../../parts/status.tsx'
import { boxOf } from './geometry.ts'
import type { Timeline } from './model.ts'
import { NONE } from './tree.ts'

/** px of a tip, about. */
const WIDTH = 280
const HEIGHT = 90

export function Tip({ timeline }: { readonly timeline: Timeline }) {
  const hovered = timeline.hovered.value
  const sight = timeline.sight.value
  const span = sight.layout.spans[hovered]
  if (hovered === NONE || span === undefined) return null
  const box = boxOf(sight, hovered)
  const left = Math.min(Math.max(box.x, 4), Math.max(4, sight.width - WIDTH - 4))
  const below = box.y + box.height + 6
  const top = below + HEIGHT > sight.height ? Math.max(0, box.y - HEIGHT - 6) : below
  const { name, kind, agent, status, startUs, endUs, error, cost } = span
  const took = startUs === undefined || endUs === undefined ? undefined : endUs - startUs
  return (
    <div class="tl-tip" aria-hidden="true" style={{ left: `${left}px`, top: `${top}px` }}>
      <bdi class="tl-tip-name">{name ?? kind}</bdi>
      <div>
        <Status of={status} /> {took !== undefined && duration(took / 1_000)}{' '}
        {cost !== undefined && cost > 0 && money(cost)}
      </div>
      <bdi class="muted tl-tip-line">
        {kind} · {agent}
      </bdi>
      {error !== undefined && (
        <bdi class="status error tl-tip-line">
          {error.code}: {error.message.slice(0, 200)}
        </bdi>
      )}
    </div>
  )
}
