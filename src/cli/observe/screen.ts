/** What `peerwork observe` says when it has started. */

import type { AgentInfo } from '../../node/api.ts'
import { VERSION } from '../../node/version.ts'
import { columns } from '../columns.ts'
import { again } from '../membership/again.ts'
import type { Output } from '../output.ts'
import { plainLabel } from '../plain-text.ts'

export interface ScreenFacts {
  readonly url: string
  readonly dir: string
  /** A one-time link, while nobody has signed in yet. */
  readonly signIn: string | undefined
  /** Absent with --no-network. */
  readonly agent: AgentInfo | undefined
  readonly ownPrices: number
  /** It was started through npx, and may be in no other way. */
  readonly npx?: boolean
  /** Options that select the same observer, for command lines to copy. */
  readonly choice: Parameters<typeof again>[1] & { readonly data: string | undefined }
}

export function showObserver(facts: ScreenFacts, out: Output): void {
  const { url, dir, signIn, agent, ownPrices } = facts
  const { paint } = out
  const label = (text: string): string => paint('dim', text)
  out.line(
    `${paint(['bold', 'green'], '●')} ${paint('bold', 'observing')} at ${paint('cyan', url)}`
  )
  out.line(label(`  peerwork ${VERSION}; Ctrl-C ends it`))
  out.line()
  const rows = [
    ['dashboard', signIn ?? `${url}; for a link to sign in: ${command('observe sign-in', facts)}`],
    ['API', `${url}/api/docs`],
    ['data', dir],
    ['collects', collected(agent)],
    ...(agent === undefined ? [] : [['agent', `${plainLabel(agent.name)} ${agent.id}`]]),
    ['MCP', command('observe mcp', facts)],
    ...(ownPrices === 0 ? [] : [['prices', `${ownPrices} of your own before the list's`]])
  ]
  for (const line of columns(rows.map(([head = '', text = '']) => [`  ${label(head)}`, text]))) {
    out.line(line)
  }
  out.line()
  out.line(label('  Send a first trace, and ask for it, from another terminal:'))
  for (const line of firstTrace(facts)) out.line(`    ${paint('cyan', line)}`)
  out.line(label('  The same key lets a program with an OpenTelemetry SDK send:'))
  for (const line of sdk(facts)) out.line(`    ${paint('cyan', line)}`)
  out.line()
}

function collected(agent: AgentInfo | undefined): string {
  if (agent === undefined) return 'what comes in over HTTP; no network (--no-network)'
  const network = plainLabel(agent.membership?.name ?? agent.network)
  const roles = agent.membership?.roles
  if (roles !== undefined && !roles.includes('observe')) {
    return `nothing of the network "${network}": this member has no role observe`
  }
  return `what every agent of the network "${network}" tells, by itself, and what comes over HTTP`
}

const command = (words: string, { choice, npx }: ScreenFacts): string => {
  const line = `${npx === true ? 'npx ' : ''}${again(words, choice)}`
  return choice.data === undefined ? line : `${line} --data ${choice.data}`
}

/** What the SDKs of all languages read. */
export const sdk = ({ url }: Pick<ScreenFacts, 'url'>): string[] => [
  `export OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=${url}/v1/traces`,
  'export OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer $KEY"'
]

/** Lines that work as they stand. */
export function firstTrace(facts: ScreenFacts): string[] {
  const { url } = facts
  const span = {
    ...{ type: 'span', trace: '0af7651916cd43dd8448eb211c80319c', span: 'b7ad6b7169203331' },
    ...{ name: 'hello', start: '$(date -u +%FT%TZ)' }
  }
  // Double quotes, so that the shell puts the date in.
  const body = JSON.stringify(span).replaceAll('"', String.raw`\"`)
  return [
    `KEY=$(${command('observe key create first --scope ingest,read', facts)})`,
    `curl -H "Authorization: Bearer $KEY" -H 'Content-Type: application/x-ndjson' \\`,
    `  --data-binary "${body}" ${url}/api/ingest`,
    `curl -H "Authorization: Bearer $KEY" ${url}/api/v1/traces`
  ]
}
