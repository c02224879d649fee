/** The parts used here of rivals that bring no types of their own. */

declare module 'hyperdht' {
  interface NodeInit {
    bootstrap: readonly { host: string; port: number }[]
    host: string
    port?: number
    ephemeral?: boolean
    firewalled?: boolean
  }
  export default class DHT {
    constructor(init: NodeInit)
    static keyPair(seed: Uint8Array): { publicKey: Uint8Array; secretKey: Uint8Array }
    fullyBootstrapped(): Promise<void>
    address(): { host: string; port: number }
    destroy(options?: { force?: boolean }): Promise<void>
  }
}

declare module '@hyperswarm/rpc' {
  import type DHT from 'hyperdht'
  type KeyPair = ReturnType<typeof DHT.keyPair>
  export default class RPC {
    constructor(init: { dht: DHT; keyPair: KeyPair; valueEncoding?: unknown })
    createServer(): {
      listen(): Promise<void>
      respond(method: string, handle: (request: Uint8Array) => Promise<Uint8Array>): void
      close(): Promise<void>
    }
    connect(key: Uint8Array): {
      request(method: string, value: Uint8Array): Promise<Uint8Array>
      destroy(): void
    }
    destroy(options?: { force?: boolean }): Promise<void>
  }
}
