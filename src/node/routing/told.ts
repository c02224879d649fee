/** What is told of the peers that could get a task. */

/** One peer that could get a task, or could not. */
export interface RouteCandidate {
  readonly peer: string
  readonly name: string
  /** `chosen` gets it, `next` would be asked after it, `left out` is not asked. */
  readonly state: 'chosen' | 'next' | 'left out'
  /** Why it won or lost, in a few words. */
  readonly why: string
  /** Out of 100, see docs/routing.md; absent when it was left out. */
  readonly score?: number
  /** What the score is made of. */
  readonly points?: {
    readonly standing: number
    readonly load: number
    readonly price: number
    readonly distance: number
    readonly link: number
  }
  /** What the points are made of. */
  readonly facts?: {
    /** On the operator's list: such peers come first. */
    readonly listed: boolean
    /** Tasks it would have, for each that it works on at once. */
    readonly fill: number
    /** What the task costs there, in the operator's unit. */
    readonly cost: number
    readonly rttMs: number | null
    readonly link: 'direct' | 'relayed'
    /** Tasks it did for this agent, and failures, both fading. */
    readonly done: number
    readonly trouble: number
  }
}

export interface RouteExplanation {
  readonly skill: string
  /** Peer id of the winner; null when nobody could get it. */
  readonly chosen: string | null
  /** Peers that offer the skill, best first. */
  readonly candidates: readonly RouteCandidate[]
  /** Peers that do not offer it, and offers beyond those listed; count. */
  readonly others: number
}
