/**
 * A link that this agent keeps up by itself: to a bootstrap peer, or to a relay.
 *
 * Whoever supervises such links answers with a list of them; findings, metrics and the reason why
 * there are no peers are made of that.
 */

export interface SupervisedLink {
  readonly kind: 'bootstrap' | 'relay'
  /** What the operator gave, or what was found. */
  readonly address: string
  /** Its peer id, once known. */
  readonly peer: string | null
  readonly state: 'up' | 'connecting' | 'down'
  /** In this state since then, ms since 1970. */
  readonly since: number
  /** Why the newest attempt failed, in a sentence; null while it is up or untried. */
  readonly error: string | null
}
