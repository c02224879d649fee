/** What a search can say, with examples to take. */

import { Link } from '../link.tsx'
import { withQuery } from '../route.ts'
import { FIELDS } from './fields.ts'

const HELP_ID = 'search-help'
const EXAMPLES: readonly (readonly [q: string, about: string])[] = [
  ['status:error since:24h', 'what failed within a day'],
  ['cost>0.5 took>10s', 'expensive and slow'],
  ['agent:planner "no flights"', 'runs of one agent with these words in them']
]

export function SearchHelp() {
  const close = (): void => document.getElementById(HELP_ID)?.hidePopover()
  return (
    <>
      <button type="button" class="plain" popovertarget={HELP_ID}>
        How to search
      </button>
      <div id={HELP_ID} class="search-help" popover="auto" role="dialog" aria-label="How to search">
        <h2>How to search</h2>
        <p>
          Conditions stand side by side, and all must hold. Other words are looked for in names,
          models and errors. What has spaces goes into quotes: <code>agent:"my planner"</code>.
        </p>
        <dl>
          {FIELDS.map(({ name, example, about }) => (
            <div key={name}>
              <dt>
                <code>{example}</code>
              </dt>
              <dd>{about}</dd>
            </div>
          ))}
        </dl>
        <h3>For example</h3>
        <ul onClick={close}>
          {EXAMPLES.map(([q, about]) => (
            <li key={q}>
              <Link to={withQuery({ q, after: undefined, before: undefined })}>
                <code>{q}</code>
              </Link>{' '}
              {about}
            </li>
          ))}
        </ul>
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
    </>
  )
}
