/** The frame around every view, and which view it is. */

import type { ComponentType } from 'preact'
import { lazy, Suspense } from 'preact/compat'
import { Header } from './header.tsx'
import { Link } from './link.tsx'
import { Guarded } from './parts/guarded.tsx'
import { Empty, Loading } from './parts/states.tsx'
import { matches, path } from './route.ts'
import { useTitle } from './title.ts'
import { TracesPage } from './traces/page.tsx'

type View = ComponentType<Readonly<Record<string, string>>>

const TracePage = lazy(async () => (await import('./trace/page.tsx')).TracePage)
const NetworkPage = lazy(async () => (await import('./network/page.tsx')).NetworkPage)
const CostsPage = lazy(async () => (await import('./costs/page.tsx')).CostsPage)
const AlertsPage = lazy(async () => (await import('./alerts/page.tsx')).AlertsPage)
const SettingsPage = lazy(async () => (await import('./settings/page.tsx')).SettingsPage)

/** By path, with a title unless the view gives itself one. */
const VIEWS: readonly (readonly [string, View, string?])[] = [
  ['/', TracesPage as View, 'Traces'],
  ['/trace/:trace', TracePage as unknown as View],
  ['/network', NetworkPage as View, 'Network'],
  ['/costs', CostsPage as View, 'Costs'],
  ['/alerts', AlertsPage as View, 'Alerts'],
  ['/settings', SettingsPage as View, 'Settings']
]

export function App() {
  return (
    <>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <Header />
      <main id="main" tabIndex={-1}>
        <Guarded key={path.value} what="This view">
          <Suspense fallback={<Loading what="the view" />}>
            <Here />
          </Suspense>
        </Guarded>
      </main>
    </>
  )
}

function Here() {
  const view = VIEWS.find(([pattern]) => matches(pattern) !== undefined)
  useTitle(view === undefined ? 'No such page' : view[2])
  if (view !== undefined) {
    const [pattern, View] = view
    return <View key={pattern} {...matches(pattern)} />
  }
  return (
    <Empty title="There is no such page" level={1}>
      <p>
        <Link to="/">All traces</Link>
      </p>
    </Empty>
  )
}
