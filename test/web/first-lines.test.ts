import { expect, test } from 'vitest'
import { agentLines, curlLine, NO_KEY, otlpLines } from '../../web/src/first/lines.ts'

test('an agent joins by an address that other machines reach, if there is one', () => {
  const [local, far] = ['/ip4/127.0.0.1/tcp/4001/p2p/12D3', '/ip4/192.168.1.7/tcp/4001/p2p/12D3']
  const [up, run] = agentLines({ network: 'lab', addresses: [local, far] })
  for (const line of [up, run]) expect(line).toContain(`--network lab --bootstrap ${far}`)
  expect(up).not.toContain('loopback')
  expect(agentLines({ network: 'lab', addresses: [local] })[0]).toContain('--preset loopback')
  expect(agentLines({ network: 'lab', addresses: [] })[1]).not.toContain('--bootstrap')
})

test('a name of a network is one word of the shell, whatever it holds', () => {
  const [, run] = agentLines({ network: `it's $(date)`, addresses: [] })
  expect(run).toContain(String.raw`--network 'it'\''s $(date)'`)
})

test('SDKs are told where to send, how, and with which key', () => {
  const text = otlpLines('http://127.0.0.1:4319', 'pw_1')
  expect(text.split('\n')).toHaveLength(3)
  expect(text).toContain('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://127.0.0.1:4319/v1/traces')
  expect(text).toContain('Authorization=Bearer pw_1')
})

test('what is sent with curl is one line', () => {
  const ids = { trace: 'a'.repeat(32), span: 'b'.repeat(16) }
  const line = curlLine({ url: 'http://127.0.0.1:4319', key: NO_KEY, ...ids })
  expect(line).not.toContain('\n')
  expect(line).toContain('$(date -u')
})
