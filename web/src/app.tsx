/** The frame around every view, and which view it is. */

import type { ComponentType } from 'preact'
import { lazy, Suspense } from 'preact/compat'
import { Header } from './header.tsx'
import { Link } from './link.tsx'
import { Empty, Loading } from './parts/states.tsx'
import { matches } from './route.ts'
import { TracesPage } from './traces/page.tsx'

type View = ComponentType<Readonly<Record<string, string>>>

const TracePage = lazy(async () => (await import('./trace/page.tsx')).TracePage)
const NetworkPage = lazy(async () => (await import('./network/page.tsx')).NetworkPage)
const CostsPage = lazy(async () => (await import('./costs/page.tsx')).CostsPage)
const AlertsPage = lazy(async () => (await import('./alerts/page.tsx')).AlertsPage)
const SettingsPage = lazy(async () => (await import('./settings/page.tsx')).SettingsPage)

const VIEWS: readonly (readonly [string, View])[] = [
  ['/', TracesPage as View],
  ['/trace/:trace', TracePage as unknown as View],
  ['/network', NetworkPage as View],
  ['/costs', CostsPage as View],
  ['/alerts', AlertsPage as View],
  ['/settings', SettingsPage as View]
]

export function App() {
  return (
    <>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <Header />
      <main id="main" tabIndex={-1}>
        <Suspense fallback={<Loading what="the view" />}>
          <Here />
        </Suspense>
      </main>
    </>
  )
}

function Here() {
  for (const [pattern, View] of VIEWS) {
    const given = matches(pattern)
    if (given !== undefined) return <View key={pattern} {...given} />
  }
  return (
    <Empty title="There is no such page" level={1}>
      <p>
        <Link to="/">All traces</Link>
      </p>
    </Empty>
  )
}
