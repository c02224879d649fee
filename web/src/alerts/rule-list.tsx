/** The rules that are watched, and the form for one of them. */

import { useState } from 'preact/hooks'
import { send } from '../api.ts'
import { Link } from '../link.tsx'
import { useMayChange, WHY_NOT } from '../me.tsx'
import { NewButton } from '../parts/new-button.tsx'
import { Confirm } from '../parts/dialog.tsx'
import { Empty } from '../parts/states.tsx'
import { TableHead } from '../parts/table-head.tsx'
import { change, query, withQuery } from '../route.ts'
import type { Channels, KeptRule } from '../types.ts'
import { RuleForm } from './rule-form.tsx'
import { sentenceOf, SEVERITIES } from './words.ts'

interface RulesProps {
  readonly rules: readonly KeptRule[]
  readonly channels: Channels['channels']
  readonly again: () => void
}

export function RuleList({ rules, channels, again }: RulesProps) {
  const may = useMayChange()
  const edit = query.value.get('edit') ?? undefined
  const [removing, setRemoving] = useState<KeptRule>()
  const chosen = rules.find(({ id }) => id === edit)
  const close = (): void => {
    change({ edit: undefined })
    again()
  }
  if (edit !== undefined && (edit === 'new' || chosen !== undefined)) {
    return <RuleForm key={edit} {...{ kept: chosen, rules, channels, close, may }} />
  }
  return (
    <>
      {edit !== undefined && <p class="notice">There is no rule “{edit}” any more.</p>}
      <p class="row">
        <NewButton does="New rule" may={may} act={() => change({ edit: 'new' })} />
        <span class="muted">Rules are looked at every five seconds, guards at once.</span>
      </p>
      {rules.length === 0 ? (
        <Empty title="Nothing is watched for" />
      ) : (
        <RuleTable rules={rules} may={may} remove={setRemoving} />
      )}
      {removing && <Remove of={removing} again={again} close={() => setRemoving(undefined)} />}
    </>
  )
}

interface TableProps {
  readonly rules: readonly KeptRule[]
  readonly may: boolean
  readonly remove: (rule: KeptRule) => void
}

function RuleTable({ rules, may, remove }: TableProps) {
  return (
    <div class="panel scroll" tabIndex={0} role="group" aria-label="Rules, table">
      <table>
        <TableHead names={['Rule', 'Tells when', 'Severity', 'Sent to', 'On']} action="Remove" />
        <tbody>
          {rules.map((kept) => (
            <tr key={kept.id}>
              <th scope="row">
                <Link to={withQuery({ edit: kept.id })}>
                  <bdi class="called">{kept.rule.name}</bdi>
                </Link>
              </th>
              <td class="wide">
                <bdi>{sentenceOf(kept.rule)}</bdi>
              </td>
              <td class="nowrap">{SEVERITIES[kept.rule.severity]}</td>
              <td class="nowrap">{sentTo(kept.rule.channels)}</td>
              <td>{kept.rule.enabled ? '✓ on' : '– off'}</td>
              <td>
                <button
                  type="button"
                  class="danger"
                  disabled={!may}
                  {...(!may && { 'aria-describedby': WHY_NOT })}
                  aria-label={`Remove ${kept.rule.name}`}
                  onClick={() => remove(kept)}
                >
                  Remove
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function sentTo(channels: readonly string[] | undefined): string {
  if (channels === undefined) return 'all channels'
  return channels.length === 0 ? 'the list here alone' : channels.join(', ')
}

interface RemoveProps {
  readonly of: KeptRule
  readonly again: () => void
  readonly close: () => void
}

const Remove = ({ of: { id, rule }, again, close }: RemoveProps) => (
  <Confirm
    title="Remove this rule?"
    action="Remove the rule"
    onClose={close}
    onConfirm={async () => {
      await send('DELETE', `/api/v1/rules/${encodeURIComponent(id)}`)
      again()
    }}
  >
    <p>
      Nobody is told any more when: <bdi>{sentenceOf(rule)}</bdi>. Its open alerts are resolved. To
      have it back later, switch it off instead.
    </p>
  </Confirm>
)
