/**
 * Connections, bounded so that nobody keeps others out by holding some open: when there are too
 * many, one that waits for nothing of ours makes room, of whoever has the most of those.
 */

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { neighbourhood } from './access/neighbourhood.ts'

export class Connections {
  readonly #max: number
  /** Those that have asked nothing yet, or have their answer; by whose they are, oldest first. */
  readonly #idle = new Map<string, Set<Socket>>()
  /** Answers that each is owed, count. */
  readonly #busy = new Map<Socket, number>()
  #idleCount = 0

  constructor(max: number) {
    this.#max = max
  }

  guard(server: Server): void {
    server.on('connection', (socket) => this.#take(socket))
    server.on('request', (request, response) => this.#ask(request, response))
  }

  #take(socket: Socket): void {
    if (this.#idleCount + this.#busy.size >= this.#max && !this.#makeRoom()) {
      socket.destroy()
      return
    }
    const whose = neighbourhood(socket.remoteAddress ?? '')
    this.#rest(socket, whose)
    socket.once('close', () => {
      this.#wake(socket, whose)
      this.#busy.delete(socket)
    })
  }

  #ask({ socket }: IncomingMessage, response: ServerResponse): void {
    const whose = neighbourhood(socket.remoteAddress ?? '')
    this.#wake(socket, whose)
    this.#busy.set(socket, (this.#busy.get(socket) ?? 0) + 1)
    response.once('close', () => {
      const owed = (this.#busy.get(socket) ?? 1) - 1
      if (owed > 0) this.#busy.set(socket, owed)
      else if (this.#busy.delete(socket) && !socket.destroyed) this.#rest(socket, whose)
    })
  }

  #rest(socket: Socket, whose: string): void {
    const some = this.#idle.get(whose) ?? new Set()
    some.add(socket)
    this.#idle.set(whose, some)
    this.#idleCount++
  }

  #wake(socket: Socket, whose: string): void {
    const some = this.#idle.get(whose)
    if (some?.delete(socket) !== true) return
    this.#idleCount--
    if (some.size === 0) this.#idle.delete(whose)
  }

  /** @returns false when every one is owed an answer */
  #makeRoom(): boolean {
    let most: readonly [string, ReadonlySet<Socket>] | undefined
    for (const one of this.#idle) if (one[1].size > (most?.[1].size ?? 0)) most = one
    const [oldest] = most?.[1] ?? []
    if (most === undefined || oldest === undefined) return false
    this.#wake(oldest, most[0])
    oldest.destroy()
    return true
  }
}
