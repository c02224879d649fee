import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporary, peerwork } from '../harness.ts'

function homeWith(config: unknown): string {
  const home = temporary('home')
  writeFileSync(join(home, 'config.json'), JSON.stringify(config))
  return home
}

test('check tells every fault with its place, and ends with 2', async () => {
  const home = homeWith({ opn: true, capacity: 'four' })
  const { code, out, err } = await peerwork(['config', 'check', '--home', home])
  expect(code).toBe(2)
  expect(out).toBe('$.capacity: is no number\n$.opn: no such key. Did you mean open?\n')
  expect(err).toContain(`✘ ${join(home, 'config.json')}: 2 faults`)
  const { json, code: again } = await peerwork(['config', 'check', '--home', home, '--json'])
  expect(again).toBe(2)
  expect(json()).toEqual({
    file: join(home, 'config.json'),
    found: true,
    faults: [
      { path: '$.capacity', message: 'is no number' },
      { path: '$.opn', message: 'no such key. Did you mean open?' }
    ]
  })
})

test.for([
  [{ skills: ['missing.ts'] }, '$.skills[0]', 'missing.ts is not there'],
  [{ allowFile: 'friends' }, '$.allowFile', 'friends is not there'],
  [{ passphraseFile: 'secret' }, '$.passphraseFile', 'secret is not there'],
  [{ bootstrap: ['/ip4/10.0.0.1'] }, '$.bootstrap[0]', 'ip4'],
  [{ capacity: 0 }, '$.capacity', 'a whole number from 1'],
  [{ queue: 100_000 }, '$.queue', 'no whole number from 0 to 10000'],
  [{ drain: '2d' }, '$.drain', 'no duration']
] as const)('check finds what only a start would: %j', async ([config, path, message]) => {
  const { code, out } = await peerwork(['config', 'check', '--home', homeWith(config)])
  expect(out).toContain(`${path}: `)
  expect(out).toContain(message)
  expect(code).toBe(2)
})

test('a skill configuration that fits no skill is found, its secrets never told', async () => {
  const home = homeWith({ skillConfig: 'skills.json' })
  writeFileSync(join(home, 'skills.json'), '{"chat": {"secrets": {"key": "hunter2"}}}')
  const { code, out, err } = await peerwork(['config', 'check', '--home', home])
  expect(out).toContain('$.skillConfig: ')
  expect(out + err).not.toContain('hunter2')
  expect(code).toBe(2)
})

test('a good file has no faults; none at all is none either, unless it was asked for', async () => {
  const home = homeWith({ $schema: 'x', open: true, drain: '30s' })
  const good = await peerwork(['config', 'check', '--home', home])
  expect(good).toMatchObject({ code: 0, out: '' })
  expect(good.err).toContain('✔')
  const none = await peerwork(['config', 'check', '--home', temporary('home')])
  expect(none.code).toBe(0)
  expect(none.err).toContain('the defaults hold')
  const named = await peerwork(['config', 'check', join(temporary('x'), 'y.json')])
  expect(named.code).toBe(2)
  expect(named.out).toBe('$: there is no such file\n')
})

test('show tells every value and who says so, with secrets hidden', async () => {
  const home = homeWith({ capacity: 3, skillConfig: 'skills.json', skills: ['chat.ts'] })
  writeFileSync(join(home, 'skills.json'), '{"chat": {"secrets": {"key": "hunter2"}}}')
  const env = { PEERWORK_NETWORK: 'lab' }
  const { code, out, json } = await peerwork(['config', 'show', '--home', home, '--json'], { env })
  expect(code).toBe(0)
  const { settings, file } = json() as { settings: { key: string }[]; file: string }
  const of = (name: string) => settings.find(({ key }) => key === name)
  expect(file).toBe(join(home, 'config.json'))
  expect(of('network')).toEqual({
    key: 'network',
    value: 'lab',
    origin: 'environment',
    variable: 'PEERWORK_NETWORK'
  })
  expect(of('capacity')).toEqual({ key: 'capacity', value: 3, origin: 'file' })
  expect(of('home')).toEqual({ key: 'home', value: home, origin: 'flag' })
  expect(of('queue')).toEqual({ key: 'queue', value: 64, origin: 'default' })
  expect(of('skills')).toMatchObject({ value: [join(home, 'chat.ts')] })
  expect(out).not.toContain('hunter2')
})

test('show for people names the variable', async () => {
  const home = temporary('home')
  const env = { PEERWORK_HOME: home, PEERWORK_OPEN: '1' }
  const { out, err } = await peerwork(['config', 'show'], { env })
  expect(out).toMatch(/^open +true +\$PEERWORK_OPEN$/m)
  expect(out).toMatch(/^preset +"lan" +default$/m)
  expect(err).toContain('(there is none)')
})

test('schema prints the JSON Schema', async () => {
  const { out } = await peerwork(['config', 'schema'])
  expect(JSON.parse(out)).toMatchObject({ type: 'object', additionalProperties: false })
})

test('up refuses a file with faults before anything starts', async () => {
  const home = join(temporary('home'), 'new')
  mkdirSync(home, { mode: 0o700 })
  writeFileSync(join(home, 'config.json'), '{"opn": true}')
  const { code, err } = await peerwork(['up', '--home', home])
  expect(code).toBe(2)
  expect(err).toContain('$.opn: no such key. Did you mean open?')
})
