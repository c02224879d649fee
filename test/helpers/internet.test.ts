import { once } from 'node:events'
import { expect, test } from 'vitest'
import type { Host } from './netns.ts'
import { noHosts } from './netns.ts'
import { createInternet, lose } from './internet.ts'

/** Accepts connections, and prints from where each comes. */
const SERVE = `
  require('node:net').createServer((socket) => {
    console.log(socket.remoteAddress + ' ' + socket.remotePort)
    socket.destroy()
  }).listen(4001, '0.0.0.0', () => console.log('ready'))`

/** Connects from one port to each address, and prints what became of it. */
const KNOCK = `
  const [port, ...addresses] = process.argv.slice(1)
  for (const host of addresses) {
    const socket = require('node:net').connect({
      host, port: 4001, localAddress: '0.0.0.0', localPort: Number(port)
    })
    socket.setTimeout(1000, () => socket.destroy(new Error('silence')))
    socket.on('connect', () => console.log('in'))
    socket.on('error', (error) => console.log(error.code ?? error.message))
    socket.on('close', () => undefined)
  }`

const knock = async (from: Host, port: number, ...addresses: string[]): Promise<string> =>
  (await from.exec(process.execPath, ['-e', KNOCK, String(port), ...addresses])).trim()

async function serve(host: Host): Promise<() => string> {
  const server = host.spawn(process.execPath, ['-e', SERVE])
  let heard = ''
  server.stdout!.on('data', (data: Buffer) => (heard += data.toString()))
  await once(server.stdout!, 'data')
  return () => heard
}

test.skipIf(noHosts)(
  'a cone keeps its port towards everybody, a symmetric NAT takes another, and nobody gets in',
  async () => {
    await using net = await createInternet({
      servers: 2,
      sites: [
        { nat: 'cone', hosts: 1 },
        { nat: 'symmetric', hosts: 1 }
      ]
    })
    const [one, two] = net.servers
    const [cone, symmetric] = net.sites
    const heard = await Promise.all([serve(one!), serve(two!), serve(cone!.hosts[0]!)])
    expect(await knock(cone!.hosts[0]!, 5_555, one!.address, two!.address)).toBe('in\nin')
    expect(await knock(symmetric!.hosts[0]!, 5_555, one!.address, two!.address)).toBe('in\nin')
    const [first, second] = heard.map((tell) => tell().trim().split('\n').slice(1))
    expect(first![0]).toBe(`${cone!.outside} 5555`)
    expect(second![0]).toBe(`${cone!.outside} 5555`)
    expect(first![1]).toContain(symmetric!.outside)
    expect(first![1]).not.toBe(second![1])
    expect(await knock(one!, 5_556, cone!.outside)).toBe('silence')
  }
)

test.skipIf(noHosts)(
  'a subnet without NAT is reached from everywhere, until it is cut',
  async () => {
    await using net = await createInternet({ servers: 1, sites: [{ nat: 'none', hosts: 1 }] })
    const [server] = net.servers
    const [subnet] = net.sites
    expect(await knock(server!, 5_555, subnet!.hosts[0]!.address)).toBe('ECONNREFUSED')
    await subnet!.unplug()
    expect(await knock(server!, 5_556, subnet!.hosts[0]!.address)).not.toBe('ECONNREFUSED')
    await subnet!.plug()
    expect(await knock(server!, 5_557, subnet!.hosts[0]!.address)).toBe('ECONNREFUSED')
    await lose(server!, 100)
    expect(await knock(server!, 5_558, subnet!.hosts[0]!.address)).not.toBe('ECONNREFUSED')
  }
)
