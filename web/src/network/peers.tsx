/** The agents that the observer is connected to now. */

import { ago, duration, tail } from '../format.ts'
import { hint, hints } from '../hint.ts'
import { useNow } from '../refresh.ts'
import type { Network } from '../types.ts'

type Peer = Network['peers'][number]

/** How an agent was found, in words. */
const VIAS: Readonly<Record<string, string>> = {
  mdns: 'heard on the LAN',
  bootstrap: 'given address',
  peer: 'told by a peer',
  dial: 'dialled',
  inbound: 'came by itself',
  remembered: 'known from before'
}

interface PeersProps {
  readonly peers: readonly Peer[]
  readonly agent: NonNullable<Network['agent']>
}

export function PeerTable({ peers, agent }: PeersProps) {
  const now = useNow()
  return (
    <section class="panel" aria-label="Connected peers">
      <h2>
        Connected now <span class="muted">({peers.length})</span>
      </h2>
      {peers.length === 0 ? (
        <Alone why={agent.alone} />
      ) : (
        <div class="scroll" tabIndex={0} role="group" aria-label="Connected peers, table">
          <table>
            <Head />
            <tbody>
              {peers.map((peer) => (
                <Row key={peer.id} of={peer} now={now} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

/** As `peerwork status` says it. */
function Alone({ why }: { readonly why: string | null }) {
  return (
    <>
      <p>
        <strong>No peers.</strong> {why !== null && <bdi>{why}</bdi>}
      </p>
      <p class="muted">
        Start an agent on this network, or look closer: <code>npx peerwork doctor</code>
      </p>
    </>
  )
}

const NAMES = ['Name', 'Skills', 'Running', 'Link', 'Round trip', 'Found', 'Since', 'Version']
const RIGHT: readonly string[] = ['Running', 'Round trip']

const Head = () => (
  <thead>
    <tr>
      {NAMES.map((name) => (
        <th key={name} scope="col" class={RIGHT.includes(name) ? 'number' : ''}>
          {name}
        </th>
      ))}
    </tr>
  </thead>
)

function Row({ of, now }: { readonly of: Peer; readonly now: number }) {
  const { id, name, skills, load, link, via, since, version, roundTripMs } = of
  return (
    <tr>
      <th scope="row">
        <bdi class="called">{name}</bdi>
        <br />
        <code class="muted" title={hint(id)}>
          {tail(id)}
        </code>
      </th>
      <td class="wide">
        <Skills of={skills} />
      </td>
      <td class="number">
        {load.running} of {load.capacity}
        {load.queued > 0 && <div class="muted">{load.queued} waiting</div>}
      </td>
      <td class="nowrap">{link === 'direct' ? '— direct' : '⤳ through a relay'}</td>
      <td class="number">{roundTripMs === null ? '' : duration(roundTripMs)}</td>
      <td>{VIAS[via] ?? via}</td>
      <td class="nowrap">{ago(since * 1_000, now)}</td>
      <td>
        <bdi class="called">{version}</bdi>
      </td>
    </tr>
  )
}

const SHOWN_MAX = 6

function Skills({ of }: { readonly of: readonly string[] }) {
  if (of.length === 0) return <span class="muted">none</span>
  const more = of.length - SHOWN_MAX
  return (
    <ul class="bare tags">
      {of.slice(0, SHOWN_MAX).map((skill) => (
        <li key={skill}>
          <bdi>{skill}</bdi>
        </li>
      ))}
      {more > 0 && <li title={hints(of.slice(SHOWN_MAX))}>and {more} more</li>}
    </ul>
  )
}
