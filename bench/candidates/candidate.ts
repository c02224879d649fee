/**
 * The shape of everything that is measured: two processes, one asks, the other works and answers.
 */

/** What all processes of one measurement know before they start. */
export interface Site {
  /** Free loopback port, TCP. */
  readonly port: number
  /** Ed25519 seeds of the two ends, 32 bytes each in hex. */
  readonly seeds: { readonly server: string; readonly client: string }
  /** A directory of this measurement's own, removed afterwards. */
  readonly home: string
  /** What the helper process told, when the candidate has one. */
  readonly helper?: string
  /** How the two ends find each other; only Peerwork knows more than one way. */
  readonly find: 'address' | 'mdns'
}

/** Something that runs until it is closed. */
export interface Running {
  /** What others need to know; only a helper says anything. */
  readonly address?: string
  close(): Promise<void>
}

export interface Caller {
  /** Have the text echoed by the other process, signed both ways. Rejects if a signature is bad. */
  call(text: string): Promise<string>
  close(): Promise<void>
}

export interface Candidate {
  /** A third process that both ends need: a broker, a directory. Its CPU time counts. */
  help?(site: Site): Promise<Running>
  /** What may be done once before both ends start, outside of any measurement: keys on disk. */
  prepare?(site: Site): Promise<void>
  serve(site: Site): Promise<Running>
  /** Tries again until the server is there; the caller of `connect` sets the time limit. */
  connect(site: Site): Promise<Caller>
}

/** Bytes in, bytes out. */
export type Handle = (request: Uint8Array) => Promise<Uint8Array>

/** A rival: carries bytes. `signed` makes a candidate of it. */
export interface Transport {
  help?(site: Site): Promise<Running>
  listen(site: Site, handle: Handle): Promise<Running>
  dial(site: Site): Promise<{ send: Handle; close(): Promise<void> }>
}
