/** Who changed what, newest first, page by page. */

import { get } from '../api.ts'
import { moment } from '../format.ts'
import { Link } from '../link.tsx'
import { useLoad } from '../load.ts'
import { useMe } from '../me.tsx'
import { Empty, Failure, Loading } from '../parts/states.tsx'
import { query, withQuery } from '../route.ts'
import type { AuditEntry, Page } from '../types.ts'

const PAGE = 50

/** What was done, in words; what is not known here is shown as it is. */
const WORDS: Readonly<Record<string, string>> = {
  'key.created': 'made the key',
  'key.revoked': 'revoked the key',
  'session.started': 'signed in',
  'session.ended': 'signed out',
  'session.lent': 'let a program on this machine ask as',
  'alert.acknowledged': 'acknowledged the alert',
  'alert.silenced': 'silenced the alert',
  'rule.set': 'set the rule',
  'rule.deleted': 'removed the rule',
  'channel.set': 'set the channel',
  'channel.deleted': 'removed the channel',
  'trace.pinned': 'pinned the trace',
  'trace.unpinned': 'let go of the trace',
  'trace.filed': 'took as a file the trace',
  'contents.dropped': 'dropped the contents of the trace',
  'sample.loaded': 'loaded the sample',
  'sample.removed': 'removed the sample',
  'price.set': 'set the price of',
  'price.removed': 'removed the price of',
  'share.created': 'shared the trace',
  'share.revoked': 'ended the share'
}

export function AuditLog() {
  const me = useMe()
  const after = query.value.get('after') ?? undefined
  const may = me?.scopes.includes('admin') ?? false
  const { value, error, again } = useLoad(
    `audit ${may} ${after}`,
    async (signal): Promise<Page<AuditEntry>> =>
      may ? get<Page<AuditEntry>>('/api/v1/audit', { after, limit: PAGE }, signal) : { items: [] }
  )
  if (me !== undefined && !may) {
    return <p class="muted">The audit log is shown to admins alone.</p>
  }
  return (
    <>
      {error && <Failure what="The audit log" error={error} again={again} />}
      {(value === undefined || me === undefined) && !error && <Loading what="the audit log" />}
      {may && value?.items.length === 0 && <Empty title="Nobody changed anything yet" />}
      {value !== undefined && value.items.length > 0 && <Entries of={value.items} />}
      <nav class="row" aria-label="Pages">
        {after !== undefined && <Link to={withQuery({ after: undefined })}>Newest</Link>}
        {value?.next !== undefined && <Link to={withQuery({ after: value.next })}>Older</Link>}
      </nav>
    </>
  )
}

const Entries = ({ of }: { readonly of: readonly AuditEntry[] }) => (
  <div class="panel scroll" tabIndex={0} role="group" aria-label="Audit log, table">
    <table>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Who</th>
          <th scope="col">What</th>
        </tr>
      </thead>
      <tbody>
        {of.map(({ seq, at, who, what, about }) => (
          <tr key={seq}>
            <td class="nowrap">{moment(at * 1_000)}</td>
            <td>
              <bdi class="called">{who}</bdi>
            </td>
            <td class="wide">
              {WORDS[what] ?? <code>{what}</code>} <bdi>{about}</bdi>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
