/** Alerts, the rules that they come of, and where they are sent. */

import { get } from '../api.ts'
import { useLoad } from '../load.ts'
import { OnlyLooking } from '../me.tsx'
import { Sections } from '../parts/sections.tsx'
import { Empty, Failure, Loading } from '../parts/states.tsx'
import { useLive } from '../refresh.ts'
import { query } from '../route.ts'
import '../style/forms.css'
import type { Channels, Rules } from '../types.ts'
import { AlertList } from './alert-list.tsx'
import './alerts.css'
import { ChannelList } from './channel-list.tsx'
import { RuleList } from './rule-list.tsx'

const PARTS = [
  ['alerts', 'Alerts'],
  ['rules', 'Rules'],
  ['channels', 'Channels']
] as const

export function AlertsPage() {
  const tab = query.value.get('tab') ?? 'alerts'
  const { value, error, again } = useLoad('rules', async (signal) => {
    const [{ rules }, { channels }] = await Promise.all([
      get<Rules>('/api/v1/rules', {}, signal),
      get<Channels>('/api/v1/channels', {}, signal)
    ])
    return { rules, channels }
  })
  // For the number of open ones in the head.
  useLive()
  if (error?.status === 404) return <Without />
  return (
    <>
      <h1>Alerts</h1>
      <Sections of="Parts of the alerts" here={tab} all={PARTS} />
      <OnlyLooking what="acknowledging, silencing and changing rules or channels" />
      {error && <Failure what="Rules and channels" error={error} again={again} />}
      {tab === 'alerts' && <AlertList rules={value?.rules ?? []} />}
      {tab !== 'alerts' && value === undefined && !error && <Loading what="rules" />}
      {tab === 'rules' && value !== undefined && <RuleList {...value} again={again} />}
      {tab === 'channels' && value !== undefined && (
        <ChannelList channels={value.channels} again={again} />
      )}
    </>
  )
}

const Without = () => (
  <>
    <h1>Alerts</h1>
    <Empty title="This observer watches for nothing">
      <p>
        It was started by a program without alerts. <code>npx peerwork observe</code> has them.
      </p>
    </Empty>
  </>
)
