/** The lines that send a first trace, as a person copies them into a terminal. */

/** What is known of the observer's own agent. */
export interface Place {
  readonly network: string
  readonly addresses: readonly string[]
}

/** In place of a key that was not made yet. */
export const NO_KEY = '<key>'

const quoted = (text: string): string =>
  /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`

const isLoopback = (address: string): boolean => /^\/ip4\/127\.|^\/ip6\/::1\//.test(address)

/**
 * An agent with a first skill, and a task for it: two processes, both in this network.
 *
 * @returns one block a terminal
 */
export function agentLines({ network, addresses }: Place): readonly [up: string, run: string] {
  const address = addresses.find((one) => !isLoopback(one)) ?? addresses[0]
  const way = [
    `--network ${quoted(network)}`,
    ...(address === undefined ? [] : [`--bootstrap ${quoted(address)}`]),
    ...(address !== undefined && isLoopback(address) ? ['--preset loopback'] : [])
  ].join(' ')
  return [
    `npx peerwork new skill shout\nnpx peerwork up --name alice --skill ./shout.ts --open ${way}`,
    `npx peerwork run shout ${way} --input '{"text":"hello"}'`
  ]
}

/** What the SDKs of all languages read; some would speak gRPC unless told otherwise. */
export const otlpLines = (url: string, key: string): string =>
  [
    'export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
    `export OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=${url}/v1/traces`,
    `export OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer ${key}"`
  ].join('\n')

interface Curl {
  readonly url: string
  readonly key: string
  /** 32 and 16 hex digits. */
  readonly trace: string
  readonly span: string
}

/** One line; double quotes, so that the shell puts the date in. */
export function curlLine({ url, key, trace, span }: Curl): string {
  const told = { type: 'span', trace, span, name: 'hello', start: '$(date -u +%FT%TZ)' }
  const body = JSON.stringify(told).replaceAll('"', String.raw`\"`)
  return [
    `curl -H "Authorization: Bearer ${key}" -H "Content-Type: application/x-ndjson"`,
    `--data-binary "${body}" ${url}/api/ingest`
  ].join(' ')
}

/** As many random hex digits as an id has. */
export function randomHex(digits: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(digits / 2))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
