/** What it cost, what was used, and by whom: over a time that stands in the address. */

import { useMemo } from 'preact/hooks'
import { get } from '../api.ts'
import { useLoad } from '../load.ts'
import { Empty, Failure, Loading } from '../parts/states.tsx'
import { useNews, useNow } from '../refresh.ts'
import { change, path, query } from '../route.ts'
import '../style/forms.css'
import type { Costs, Usage } from '../types.ts'
import { Budget } from './budget.tsx'
import { Chart } from './chart.tsx'
import { Choice } from './choice.tsx'
import './costs.css'
import { tracesOf } from './drill.ts'
import { PriceSource } from './price-source.tsx'
import { barsOf, isPaid, MEASURES, sumOf, sumsBy } from './sums.ts'
import type { Measure, UsageRow } from './sums.ts'
import { SumTable, Totals } from './tables.tsx'
import { asked, edgesOf, windowIn } from './window.ts'
import type { TimeWindow } from './window.ts'

/** Between two looks because of news, ms: sums over a month are some work. */
const LOOK_MS = 5_000

export function CostsPage() {
  const window = windowIn(query.value)
  const budget = budgetIn(query.value)
  const key = JSON.stringify([window, budget])
  const { value, error, again, loading } = useLoad(key, async (signal) => {
    const times = asked(window)
    const [usage, costs] = await Promise.all([
      get<Usage>('/api/v1/usage', { ...times, bucket: window.grain }, signal),
      get<Costs>('/api/v1/costs', { ...times, budget }, signal)
    ])
    return { usage, costs }
  })
  useNews({ again, loading }, LOOK_MS)
  return (
    <>
      <h1>Costs and usage</h1>
      <Choice window={window} />
      {error && <Failure what="Costs" error={error} again={again} />}
      {value === undefined && error === undefined && <Loading what="costs" />}
      {value !== undefined && (
        <>
          <Budget of={value.costs.budget} limit={budget} />
          <Usages rows={value.usage.rows} window={window} />
        </>
      )}
      <PriceSource />
    </>
  )
}

/** As it is typed: what is no number is no budget. */
function budgetIn(all: URLSearchParams): string | undefined {
  const text = all.get('budget') ?? ''
  return /^\d{1,12}(?:\.\d{1,6})?$/.test(text) ? text : undefined
}

interface UsagesProps {
  readonly rows: readonly UsageRow[]
  readonly window: TimeWindow
}

function Usages({ rows, window }: UsagesProps) {
  const now = useNow(60_000)
  const asks = query.value.get('show')
  const measure: Measure = MEASURES.find((one) => one === asks) ?? 'cost'
  const { grain } = window
  const paid = useMemo(() => rows.filter(isPaid), [rows])
  const agents = useMemo(() => byAgent(rows, paid), [rows])
  const bars = useMemo(
    () => barsOf(rows, measure, { ...edgesOf(window, now), grain }),
    [rows, measure, JSON.stringify(window), now]
  )
  if (rows.length === 0) {
    return (
      <Empty title="Nothing was used in this time">
        <p>Choose a longer time, or wait for agents to work: what they use appears by itself.</p>
      </Empty>
    )
  }
  const total = { ...sumOf(paid), spans: sumOf(rows).spans, errors: sumOf(rows).errors }
  const dayLink = (date: string): string => {
    const more = new URLSearchParams({ from: date, to: date, show: measure })
    return `${path.value}?${more.toString()}`
  }
  return (
    <>
      <Totals of={total} />
      <section class="panel" aria-label="Over time">
        <div class="row">
          <h2>Over time</h2>
          <Measures chosen={measure} />
        </div>
        <Chart {...{ bars, measure, grain, dayLink }} />
      </section>
      <SumTable
        {...{ title: 'By model', unnamed: 'no model named' }}
        sums={sumsBy(paid, ({ model }) => model)}
        link={({ name }) => tracesOf({ model: name, window })}
      />
      <SumTable
        {...{ title: 'By agent', sums: agents, unnamed: 'no agent named' }}
        link={({ name }) => tracesOf({ agent: name, window })}
      />
    </>
  )
}

/** Money and tokens of what is paid for; spans and failures of everything. */
function byAgent(rows: readonly UsageRow[], paid: readonly UsageRow[]) {
  const all = new Map(sumsBy(rows, ({ agent }) => agent).map((sum) => [sum.name, sum]))
  const paying = sumsBy(paid, ({ agent }) => agent)
  const named = new Set(paying.map(({ name }) => name))
  const bare = sumOf([])
  const others = [...all.values()].filter(({ name }) => !named.has(name))
  return [...paying, ...others.map(({ name }) => ({ ...bare, name }))].map((sum) => {
    const { spans = 0, errors = 0 } = all.get(sum.name) ?? {}
    return { ...sum, spans, errors }
  })
}

const Measures = ({ chosen }: { readonly chosen: Measure }) => (
  <div class="row" role="group" aria-label="What the bars show">
    {MEASURES.map((one) => (
      <button
        key={one}
        type="button"
        aria-pressed={one === chosen}
        onClick={() => change({ show: one === 'cost' ? undefined : one })}
      >
        {one}
      </button>
    ))}
  </div>
)
