/** Settings: keys, what is kept, prices, what is redacted, shares, who changed what. */

import { useLive } from '../refresh.ts'
import { query } from '../route.ts'
import { OnlyLooking } from '../me.tsx'
import { Sections } from '../parts/sections.tsx'
import '../style/forms.css'
import { AuditLog } from './audit.tsx'
import { KeyList } from './keys.tsx'
import { PriceTable } from './prices.tsx'
import { Redaction } from './redaction.tsx'
import { Retention } from './retention.tsx'
import './settings.css'
import { Shares } from './shares.tsx'
import { SignOut } from './sign-out.tsx'

const PARTS = [
  ['keys', 'Keys'],
  ['retention', 'Retention'],
  ['prices', 'Prices'],
  ['redaction', 'Redaction'],
  ['shares', 'Shares'],
  ['audit', 'Audit log']
] as const

const VIEWS: Readonly<Record<(typeof PARTS)[number][0], () => preact.JSX.Element>> = {
  keys: KeyList,
  retention: Retention,
  prices: PriceTable,
  redaction: Redaction,
  shares: Shares,
  audit: AuditLog
}

export function SettingsPage() {
  const asked = query.value.get('tab')
  const [tab] = PARTS.find(([id]) => id === asked) ?? PARTS[0]
  const View = VIEWS[tab]
  // For the number of open alerts in the head.
  useLive()
  return (
    <>
      <div class="row apart">
        <h1>Settings</h1>
        <SignOut />
      </div>
      <Sections of="Parts of the settings" here={tab} all={PARTS} />
      <OnlyLooking what="keys, prices, shares and the audit log" />
      <View />
    </>
  )
}
