/** The own log with everything that shares it, wired together. */

import type { Connection, Stream } from '@libp2p/interface'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PeerworkError } from '../../protocol/errors.ts'
import type { Identity } from '../../protocol/identity.ts'
import { isOwnedForm } from '../../protocol/membership/network-id.ts'
import type { SyncFrame, SyncQuestion } from '../../protocol/trace-sync.ts'
import type { Clock } from '../clock.ts'
import type { Contents } from '../content/contents.ts'
import type { Counters } from '../counters.ts'
import type { Gossip } from '../gossip.ts'
import type { Logger } from '../logger.ts'
import type { Peers } from '../peers.ts'
import { TraceLog } from '../trace-log.ts'
import { AnswerSync } from './answer-sync.ts'
import type { Traces, TraceShelf } from './api.ts'
import { BatchStore } from './batch-store.ts'
import type { LogBounds } from './batch-store.ts'
import { Heads } from './heads.ts'
import type { HeadFacts } from './heads.ts'
import { Herald } from './herald.ts'
import { OwnLog } from './own-log.ts'
import { serve } from './serve-sync.ts'
import { TraceDoor } from './traces.ts'

/** How long those who tail may take for the last events when the agent stops, ms. */
const LAST_MS_MAX = 500

export interface TracesInit {
  readonly identity: Identity
  readonly network: string
  readonly home?: string | undefined
  readonly bounds?: LogBounds
  readonly clock: Clock
  readonly peers: Peers
  readonly gossip: Gossip
  readonly counters: Pick<Counters, 'count'>
  readonly log: Logger
  readonly mayObserve: (peer: string) => boolean
  /** This agent collects the logs of others, or does not any more. */
  readonly observe?: (on: boolean) => void
  /** Undefined: no contents are told. */
  readonly contents?: Contents | undefined
}

export interface OpenTraces {
  readonly trace: TraceLog
  readonly door: Traces
  answer(stream: Stream, connection: Connection): Promise<void>
  /** Seal the last events and send them to whoever follows. */
  finish(): Promise<void>
  close(): void
}

export function openTraces(init: TracesInit): OpenTraces {
  const { identity, network, clock, gossip, counters } = init
  const log = new OwnLog({
    open: () => new BatchStore(init.home, init.bounds),
    ...{ elapsed: clock.elapsed, trouble: (why) => told(init, why) }
  })
  const shelves = new Set<TraceShelf>()
  const observing = new Set<() => void>()
  const trace = new TraceLog({ identity, network, clock, log, sealed: () => changed() })
  const facts = (): HeadFacts => factsOf(trace, log, sync.tailed)
  const heads = new Heads({ identity, network, clock, facts, listened: () => gossip.listened() })
  const { contents } = init
  const serving = { self: identity.id, log, shelves, heads, boot: trace.boot, contents }
  const answers = (
    question: SyncQuestion,
    signal: AbortSignal,
    peer: string
  ): AsyncIterable<SyncFrame> => serve(question, serving, signal, peer)
  const sync: AnswerSync = new AnswerSync({
    ...{ clock, mayObserve: init.mayObserve, serve: answers },
    isNamed: isOwnedForm(network) ? init.mayObserve : init.peers.lists,
    tails: () => {
      changed()
      for (const tell of observing) tell()
    },
    refused: ({ code }) => counters.count('streams_refused', { protocol: 'trace-sync', code })
  })
  const herald = new Herald({ log, heads, gossip, tailed: () => sync.tailed, now: clock.now })
  const changed = (): void => {
    heads.touch()
    void herald.look()
  }
  gossip.onAudience(() => herald.greet())
  const door = new TraceDoor({
    ...{ self: identity.id, network, now: clock.now, gossip, shelves, serve: answers },
    ...doorOf(init.peers, observing),
    ...{ observers: () => sync.keepers(), forget: (one) => contents?.forget(one) },
    observe: init.observe,
    listening: () => {
      trace.flush()
      herald.greet()
    }
  })
  return {
    ...{ trace, door },
    answer: (stream, connection) => sync.answer(stream, connection),
    async finish() {
      trace.close()
      await Promise.race([
        Promise.all([herald.look(), sync.stop()]),
        sleep(LAST_MS_MAX, undefined, { ref: false })
      ])
    },
    close() {
      trace.close()
      herald.stop()
      heads.stop()
      log.close()
    }
  }
}

function factsOf(trace: TraceLog, log: OwnLog, tailed: boolean): HeadFacts {
  const { boot, next } = trace
  const kept = log.boot(boot)
  const [lost, removed] = [log.lost, kept?.removed ?? 0]
  const oldest = kept?.oldest ?? log.recent.find((one) => one.boot === boot)?.first ?? 0
  return {
    ...{ boot, next, tailed, dropped: trace.dropped + lost + removed },
    ...{ oldest, last: log.digest }
  }
}

function doorOf(peers: Peers, observing: Set<() => void>) {
  return {
    peers: () => peers.all().map(({ id }) => id),
    connectionOf: (peer: string) => peers.get(peer)?.connection,
    onPeers: (changed: () => void) => {
      observing.add(changed)
      const stop = peers.events.listen(({ type }) => {
        if (type !== 'changed') changed()
      })
      return () => {
        observing.delete(changed)
        stop()
      }
    }
  }
}

function told({ log }: TracesInit, trouble: PeerworkError | undefined): void {
  if (trouble === undefined) log.info('the trace log is written again')
  else log.error({ code: trouble.code, why: trouble.message }, 'the trace log cannot be written')
}
