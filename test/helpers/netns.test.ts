import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Host } from './netns.ts'
import { createLan, noHosts } from './netns.ts'

const GROUP = '224.0.0.251'

/** A program that joins the group, says so, and prints the first packet with its sender. */
const LISTEN = `
  const socket = require('node:dgram').createSocket({ type: 'udp4', reuseAddr: true })
  socket.on('message', (text, from) => {
    console.log(text + ' from ' + from.address)
    socket.close()
  })
  socket.bind(5353, () => { socket.addMembership('${GROUP}'); console.log('ready') })`
const SEND = `
  const socket = require('node:dgram').createSocket('udp4')
  socket.send('hello', 5353, '${GROUP}', () => socket.close())`

/** Like ping without the program: an answer from the other host, be it only a refusal. */
const KNOCK = `
  const socket = require('node:net').connect(9, process.argv[1])
  socket.setTimeout(500, () => socket.destroy(new Error('nobody answers')))
  socket.on('error', (error) => console.log(error.code ?? error.message))`

async function knock(from: Host, address: string): Promise<string> {
  return (await from.exec(process.execPath, ['-e', KNOCK, address])).trim()
}

test.skipIf(noHosts)('hosts reach each other, and nobody else', async () => {
  await using lan = await createLan(3)
  const [one, , three] = lan.hosts
  expect(await knock(one!, three!.address)).toBe('ECONNREFUSED')
  expect(await knock(one!, '192.0.2.1')).toBe('ENETUNREACH')
  const links = await one!.exec('ip', ['-br', 'link'])
  expect(links.trim().split('\n')).toHaveLength(2)
})

test.skipIf(noHosts)('a multicast packet of one host arrives at the other', async () => {
  await using lan = await createLan(2)
  const [one, two] = lan.hosts
  const listener = two!.spawn(process.execPath, ['-e', LISTEN])
  let heard = ''
  listener.stdout!.on('data', (data: Buffer) => (heard += data.toString()))
  await once(listener.stdout!, 'data')
  const closed = once(listener, 'close')
  await one!.exec(process.execPath, ['-e', SEND])
  await closed
  expect(heard).toBe(`ready\nhello from ${one!.address}\n`)
})

test.skipIf(noHosts)('a pulled cable cuts a host off, until it is back', async () => {
  await using lan = await createLan(2)
  const [one, two] = lan.hosts
  expect(await knock(one!, two!.address)).toBe('ECONNREFUSED')
  await two!.unplug()
  expect(await knock(one!, two!.address)).not.toBe('ECONNREFUSED')
  expect(await two!.exec('ip', ['-br', 'link', 'show', 'eth0'])).toMatch(/DOWN/)
  await two!.plug()
  await expect.poll(() => knock(one!, two!.address), { timeout: 5_000 }).toBe('ECONNREFUSED')
})

test.skipIf(noHosts)(
  'everything is gone afterwards, also a process that does not end by itself',
  async () => {
    const lan = await createLan(1)
    const [host] = lan.hosts
    const child = host!.spawn('sleep', ['1000'])
    await once(child, 'spawn')
    await lan[Symbol.asyncDispose]()
    expect(child.signalCode).toBe('SIGKILL')
    expect(existsSync(`/run/netns/${host!.namespace}`)).toBe(false)
  }
)

test.skipIf(noHosts)('what a killed test left behind is removed by the next one', async () => {
  const dead = spawn(process.execPath, ['-e', ''])
  await once(dead, 'exit')
  const stale = `pw${dead.pid}-1-h1`
  execFileSync('ip', ['netns', 'add', stale])
  const orphan = spawn('ip', ['netns', 'exec', stale, 'sh', '-c', 'echo inside; exec sleep 1000'])
  await once(orphan.stdout, 'data')
  const ended = once(orphan, 'exit')
  await using _lan = await createLan(1)
  expect(existsSync(`/run/netns/${stale}`)).toBe(false)
  expect((await ended)[1]).toBe('SIGKILL')
})
