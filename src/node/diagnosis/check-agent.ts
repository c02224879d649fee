/** The agent itself: since when it runs, how well it is walled in, whom it works for. */

import type { AgentInfo } from '../api.ts'
import { span } from './ago.ts'
import { fail, pass, warn } from './finding.ts'
import type { Finding } from './finding.ts'

type Life = 'running' | 'short-lived' | 'stopping'

/** @param life `short-lived`: made for one command, and gone with it */
export function checkAgent(info: AgentInfo, life: Life, now: number): Finding {
  const { name, version, pid, network } = info
  const facts = { id: info.id, pid, network, version }
  if (life === 'stopping') return fail('AGENT', `${name} is stopping`, { facts })
  if (life === 'short-lived') {
    return warn('AGENT', 'none runs with this home; this was seen by a short-lived one', { facts })
  }
  const age = span(now - info.started)
  return pass('AGENT', `${name} ${version}, pid ${pid}, up for ${age}`, facts)
}

export function checkIsolation({ isolation, skills }: AgentInfo): Finding {
  const facts = { isolation, skills: skills.length }
  if (isolation === 'os') return pass('ISOLATION', 'os: own process inside bubblewrap', facts)
  const why = `${isolation}: own process with Node's permission model, no bubblewrap`
  return skills.length === 0
    ? pass('ISOLATION', `${why}; no skills are offered`, facts)
    : warn('ISOLATION', why, { facts })
}

const ADMITTED = {
  listed: 'the peers on its list',
  members: 'members with the role submit'
} as const

export function checkAdmission({ admits, skills }: AgentInfo): Finding {
  const facts = { admits, skills: skills.length }
  if (skills.length === 0) return pass('ADMISSION', 'no skills are offered', facts)
  if (admits === 'nobody') {
    return warn('ADMISSION', 'nobody: skills are offered that nobody may use', { facts })
  }
  if (admits === 'everybody') {
    return warn('ADMISSION', 'everybody who can reach this agent (--open)', { facts })
  }
  return pass('ADMISSION', ADMITTED[admits], facts)
}

/** @param queueMax tasks of one peer that may wait */
export function checkLoad({ load }: AgentInfo, queueMax: number): Finding {
  const { running, queued, capacity } = load
  const facts = { running, queued, capacity, queueMax }
  const why = `${running} of ${capacity} run, ${queued} wait, of one peer at most ${queueMax}`
  if (running < capacity) return pass('LOAD', why, facts)
  return queued >= queueMax ? warn('LOAD', `full: ${why}`, { facts }) : pass('LOAD', why, facts)
}
