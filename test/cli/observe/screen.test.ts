import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { firstTrace, showObserver } from '../../../src/cli/observe/screen.ts'
import { Output } from '../../../src/cli/output.ts'
import type { AgentInfo } from '../../../src/node/api.ts'
import { NDJSON, observed } from '../../gateway/observed.ts'
import { Collector } from '../harness.ts'

const choice = { home: undefined, name: undefined, data: undefined }
const facts = {
  ...{ url: 'http://127.0.0.1:4319', dir: '/data', signIn: undefined, agent: undefined },
  ...{ ownPrices: 0, npx: false, choice }
}

function shown(more: Partial<Parameters<typeof showObserver>[0]>): string {
  const sink = new Collector()
  showObserver({ ...facts, ...more }, new Output(sink, {}))
  return sink.text
}

test('it says where it listens, what it collects, and how to sign in', () => {
  const text = shown({ signIn: 'http://127.0.0.1:4319/sign-in?ticket=x', ownPrices: 2 })
  expect(text).toContain('observing at http://127.0.0.1:4319')
  expect(text).toContain('/sign-in?ticket=x')
  expect(text).toContain('no network (--no-network)')
  expect(text).toContain('2 of your own')
  expect(shown({})).toMatch(/dashboard +http:\/\/127\.0\.0\.1:4319; .*peerwork observe sign-in/)
})

test('it says how programs send, how agents ask, and that agents need nothing', () => {
  const agent = { name: 'a', id: '12D3', network: 'home' } as unknown as AgentInfo
  const text = shown({ agent })
  expect(text).toContain('every agent of the network "home" tells, by itself')
  expect(text).toContain('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://127.0.0.1:4319/v1/traces')
  expect(text).toContain('OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer $KEY"')
  expect(text).toMatch(/MCP +peerwork observe mcp/)
})

test('whoever started it through npx is told commands that work there', () => {
  expect(shown({ npx: true })).toContain('KEY=$(npx peerwork observe key create first')
})

test('a member without the role is told that it hears nothing', () => {
  const agent = {
    name: 'a',
    id: '12D3',
    network: 'n',
    membership: { name: 'lab', roles: ['submit'] }
  }
  expect(shown({ agent: agent as unknown as AgentInfo })).toContain('has no role observe')
})

test('the command lines are for the same observer as the one that runs', () => {
  const text = shown({ choice: { home: undefined, name: 'my eyes', data: './d' } })
  expect(text).toContain(`observe key create first --scope ingest,read --name 'my eyes' --data ./d`)
})

test('the first trace works as it stands: a shell runs those lines', async () => {
  await using it = await observed()
  const key = it.key(['ingest', 'read'], 'first')
  const [, ...curl] = firstTrace({ ...facts, url: it.url })
  const script = `KEY=${key}\n${curl.join('\n')}\n`.replaceAll('curl -H', 'curl -sS -H')
  expect(script).toContain(NDJSON)
  const { stdout } = await import('node:util').then(async ({ promisify }) => {
    const { execFile } = await import('node:child_process')
    return promisify(execFile)('sh', ['-c', script])
  })
  expect(stdout).toContain('{"accepted":1,"rejected":0,"errors":[]}')
  expect(stdout).toContain('"name":"hello"')
  expect(execFileSync('sh', ['-nc', script]).toString()).toBe('')
})
