/** The way into a network as a person walks it: two machines, two terminals, one line each. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { machine } from '../cli/members.ts'
import { run, up } from '../cli/processes.ts'
import type { World } from '../cli/processes.ts'

const PEERWORK = `${process.execPath} --conditions=source ${resolve('bin/peerwork.js')}`

/** A line that is typed into a shell on a terminal of its own (util-linux script). */
function typed({ env, cwd }: World, line: string) {
  const shell = `stty columns 160 rows 70; ${line.replaceAll('peerwork', PEERWORK)}`
  const child = spawn('script', ['-qefc', shell, '/dev/null'], { env, cwd, stdio: 'pipe' })
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  })
  const seen = { text: '' }
  child.stdout.on('data', (data: Buffer) => (seen.text += data.toString()))
  const answer = async (question: string, keys: string): Promise<void> => {
    await expect.poll(() => seen.text, { timeout: 15_000 }).toContain(question)
    child.stdin.write(keys)
  }
  return { seen, answer, ended: once(child, 'exit').then(([code]) => code as number) }
}

const linkIn = (text: string): string => /peerwork:join\/[\w-]{200,}/.exec(text)?.[0] ?? ''

test('create, invite on one machine and join on the other: then they work together', async () => {
  const [here, there] = [machine(), machine()]
  const line = 'peerwork network create lab --name alice && peerwork invite --name alice --no-mdns'
  const first = typed(here, line)
  await first.answer('Enter for none', 'open sesame\r')
  await first.answer('The same again', 'open sesame\r')
  await expect.poll(() => linkIn(first.seen.text), { timeout: 15_000 }).not.toBe('')
  await expect.poll(() => first.seen.text, { timeout: 15_000 }).toContain('waiting for newcomers')
  const second = typed(there, 'peerwork join - --name bob')
  await second.answer('Paste the link', `${linkIn(first.seen.text)}\r`)
  expect(await second.ended).toBe(0)
  expect(second.seen.text).toContain('this agent is a member of')
  expect(await first.ended).toBe(0)
  expect(first.seen.text).toMatch(/has joined.*[^]*all have come/)
  expect(first.seen.text).not.toContain('sesame')
  expect(first.seen.text).toContain('████████')

  await using alice = await up(here, 'alice', '--skill', 'skills/shout.ts')
  await using bob = await up(there, 'bob', '--bootstrap', alice.address)
  const shout = ['run', 'shout', '--input', '{"text":"hello"}']
  const done = await run(there, [...shout, '--name', 'bob'])
  expect([done.code, done.out], done.err).toEqual([0, expect.stringContaining('HELLO')])
  const put = typed(here, 'peerwork revoke bob --name alice')
  await put.answer('[y/N]', 'y\r')
  expect(await put.ended).toBe(0)
  expect(put.seen.text).toContain('One connected member was told')
  const refused = await run(there, [...shout, '--name', 'bob'])
  expect([refused.code, refused.err]).toEqual([4, expect.stringContaining('MEMBERSHIP_REVOKED')])
  expect(bob.child.exitCode).toBeNull()
}, 60_000)
