/** The names of lanes, beside them or above: as many as can be seen. */

import { countOf, tail } from '../../format.ts'
import { hint } from '../../hint.ts'
import { laneAt, laneTop } from './geometry.ts'
import type { Lane } from './lanes.ts'
import type { Timeline } from './model.ts'

/** px above and below what is seen. */
const ROOM = 200

export function LaneLabels({ timeline }: { readonly timeline: Timeline }) {
  const [layout, sizes] = [timeline.layout.value, timeline.sizes.value]
  const [scrollTop, { height }] = [timeline.scrollTop.value, timeline.frame.value]
  const first = laneAt(layout, scrollTop - ROOM, sizes)
  const last = laneAt(layout, scrollTop + height + ROOM, sizes)
  return (
    <div class="tl-labels">
      {layout.lanes.slice(first, last + 1).map((lane, at) => (
        <div
          key={lane.key}
          class="tl-label"
          style={{
            top: `${laneTop(layout, first + at, sizes)}px`,
            height: `${lane.rows * sizes.row + sizes.pad}px`
          }}
        >
          <div>
            <Label lane={lane} color={(first + at) % 8} />
          </div>
        </div>
      ))}
    </div>
  )
}

function Label({ lane, color }: { readonly lane: Lane; readonly color: number }) {
  const { agent, source, spans, failed } = lane
  const sealed = source.kind === 'agent'
  return (
    <>
      <i style={{ background: `var(--lane-${color})` }} aria-hidden="true" />
      <bdi class="tl-name" title={hint(agent)}>
        {agent === '' ? 'no name' : agent}
      </bdi>
      <small class="muted">
        <span title={`${sealed ? 'sealed by' : 'told with the key'} ${hint(source.by)}`}>
          {sealed ? tail(source.by) : 'unsigned'}
        </span>
        {' · '}
        {countOf(spans)}
        {failed > 0 && <b class="status error"> ✕ {countOf(failed)}</b>}
      </small>
    </>
  )
}
