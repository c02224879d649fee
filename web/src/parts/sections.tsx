/** Parts of a page, one at a time; which one stands in the address. */

import { Link } from '../link.tsx'
import { path } from '../route.ts'
import { useCurrentInSight } from './in-sight.ts'

interface SectionsProps {
  readonly of: string
  readonly here: string
  /** Id and name; the first one needs no word in the address. */
  readonly all: readonly (readonly [string, string])[]
}

export function Sections({ of, here, all }: SectionsProps) {
  const bar = useCurrentInSight(here)
  return (
    <nav aria-label={of} class="sections" ref={bar}>
      {all.map(([id, name], at) => (
        <Link
          key={id}
          to={at === 0 ? path.value : `${path.value}?tab=${id}`}
          aria-current={id === here ? 'page' : undefined}
        >
          {name}
        </Link>
      ))}
    </nav>
  )
}
