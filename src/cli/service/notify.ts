/**
 * Telling systemd how the service is: sd_notify(3).
 *
 * The manager listens on a Unix datagram socket, which Node cannot send to without an add-on
 * (`node:dgram` speaks UDP only, `node:net` streams only). `systemd-notify` is there wherever
 * systemd is and says it for us; it also waits until the manager has read it, so that the message
 * is credited to this service although the messenger has left. The unit therefore has
 * `NotifyAccess=all`. Skills cannot speak in its place: their environment is empty, and the sandbox
 * lets them open no socket.
 */

import { execFile } from 'node:child_process'

/** How long one message may take, ms: the manager may be busy, but we do not wait for ever. */
const MESSAGE_MS_MAX = 5_000

type Env = Readonly<Record<string, string | undefined>>

/** Hands over one message; resolves with why it could not. */
export type Messenger = (assignments: readonly string[], env: Env) => Promise<string | undefined>

export class Notifier {
  readonly #env: Env
  readonly #messenger: Messenger
  #last: Promise<string | undefined> = Promise.resolve(undefined)

  /** Says nothing at all when there is no `NOTIFY_SOCKET`. */
  constructor(env: Env, messenger: Messenger = systemdNotify) {
    this.#env = env
    this.#messenger = messenger
  }

  get listening(): boolean {
    const { NOTIFY_SOCKET: socket = '' } = this.#env
    return socket !== ''
  }

  /** Up, or done with reading the configuration again. */
  ready(status: string): Promise<string | undefined> {
    return this.#say('READY=1', statusOf(status))
  }

  reloading(): Promise<string | undefined> {
    return this.#say('RELOADING=1')
  }

  /** @param withinMs how long the end may take; systemd waits as long before it kills */
  stopping(status: string, withinMs: number): Promise<string | undefined> {
    return this.#say('STOPPING=1', statusOf(status), `EXTEND_TIMEOUT_USEC=${withinMs * 1000}`)
  }

  status(status: string): Promise<string | undefined> {
    return this.#say(statusOf(status))
  }

  /** In order, one after the other. Resolves with what went wrong, which is never the end. */
  #say(...assignments: readonly string[]): Promise<string | undefined> {
    if (!this.listening) return Promise.resolve(undefined)
    this.#last = this.#last.then(() => this.#messenger(assignments, this.#env))
    return this.#last
  }
}

/** One line: a line break would begin another assignment. */
const statusOf = (text: string): string => `STATUS=${text.replaceAll(/\s+/g, ' ')}`

const systemdNotify: Messenger = (assignments, { NOTIFY_SOCKET, PATH }) => {
  const env = { NOTIFY_SOCKET, PATH: PATH ?? '/usr/bin:/bin' }
  return new Promise((resolve) => {
    execFile('systemd-notify', [...assignments], { env, timeout: MESSAGE_MS_MAX }, (error) => {
      resolve(error === null ? undefined : error.message.split('\n')[0])
    })
  })
}
