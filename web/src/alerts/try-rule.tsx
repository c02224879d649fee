/** What a rule would find now, before it is kept. */

import { Link } from '../link.tsx'
import type { TriedRule } from '../types.ts'

export function Tried({ of }: { readonly of: TriedRule | undefined }) {
  return (
    <div class="wide" role="status">
      {of !== undefined && <Found of={of} />}
    </div>
  )
}

function Found({ of: { found, more, note } }: { readonly of: TriedRule }) {
  const count = found.length + more
  return (
    <div class="notice">
      <p>
        <strong>
          {count === 0
            ? 'It would tell of nothing now.'
            : `It would tell of ${count === 1 ? 'this' : `these ${count}`} now:`}
        </strong>{' '}
        {note}
      </p>
      {count > 0 && (
        <ul aria-label="What the rule would tell of">
          {found.map(({ subject, title, detail, trace }) => (
            <li key={subject}>
              {trace === null ? (
                <bdi>{title}</bdi>
              ) : (
                <Link to={`/trace/${trace}`}>
                  <bdi>{title}</bdi>
                </Link>
              )}{' '}
              <bdi class="muted">{detail}</bdi>
            </li>
          ))}
          {more > 0 && <li>and {more} more</li>}
        </ul>
      )}
    </div>
  )
}
