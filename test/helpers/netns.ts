/**
 * Several hosts on one machine: network namespaces joined by a bridge in a namespace of its own.
 *
 * The machine's own network is not touched: both ends of every cable lie in namespaces made here.
 * Names carry the pid of the test, so that what a killed test left behind is found and removed.
 */

import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
const PREFIX = 'pw'
const NAMES = '/run/netns'
/** Until `ip` has done its work, ms; it waits for a kernel lock when many tests make hosts. */
const IP_MS_MAX = 10_000
/** For a cable to come alive, and between two looks at it, ms. */
const CARRIER_MS_MAX = 10_000
const CARRIER_LOOK_MS = 20
/** A /24 has room for more; a test does not. */
const HOSTS_MAX = 32

export interface Host {
  readonly address: string
  readonly namespace: string
  /** A process on this host. Ended with the LAN at the latest. */
  spawn(command: string, args: readonly string[], options?: SpawnOptions): ChildProcess
  /** Run to the end; answers with stdout. @throws Error with stderr when it fails */
  exec(command: string, args: readonly string[]): Promise<string>
  /** Pull the cable out at the switch's end: this host sees its carrier go. */
  unplug(): Promise<void>
  plug(): Promise<void>
}

export interface Lan extends AsyncDisposable {
  readonly hosts: readonly Host[]
}

type Possible = { readonly ok: true } | { readonly ok: false; readonly reason: string }
let possible: Possible | undefined

/** Whether this machine lets us make hosts; tried, not guessed. */
export function canMakeHosts(): Possible {
  possible ??= probe()
  return possible
}

/**
 * For `test.skipIf(noHosts)`: true where hosts cannot be made, but never in CI, where these tests
 * must run and fail with the reason instead.
 */
export const noHosts = process.env['CI'] !== 'true' && !canMakeHosts().ok

let lans = 0

/** Namespaces of one test, and what runs in them. */
export interface Namespaces extends AsyncDisposable {
  /** One more, with its loopback up; `what` names it among the others. */
  add(what: string): Promise<string>
  readonly number: number
  readonly children: Set<ChildProcess>
}

/** @throws Error where hosts cannot be made */
export async function createNamespaces(): Promise<Namespaces> {
  const can = canMakeHosts()
  if (!can.ok) throw new Error(`cannot make hosts: ${can.reason}`)
  await removeStale()
  const number = ++lans
  const children = new Set<ChildProcess>()
  const made: string[] = []
  return {
    number,
    children,
    async add(what) {
      const namespace = `${PREFIX}${process.pid}-${number}-${what}`
      await ip('netns', 'add', namespace)
      made.push(namespace)
      await ip('-n', namespace, 'link', 'set', 'lo', 'up')
      return namespace
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...children].map(end))
      for (const namespace of made.splice(0)) await ip('netns', 'del', namespace)
    }
  }
}

/** A plain switch in a namespace: without snooping it floods multicast. */
export async function addSwitch(namespace: string): Promise<void> {
  await ip('-n', namespace, ...'link add name br0 type bridge mcast_snooping 0'.split(' '))
  await ip('-n', namespace, ...'link set br0 up'.split(' '))
}

/** @param size number of hosts on the LAN */
export async function createLan(size: number): Promise<Lan> {
  if (size > HOSTS_MAX) throw new Error(`at most ${HOSTS_MAX} hosts`)
  const lan = await createNamespaces()
  const { number, children } = lan
  try {
    const bridge = await lan.add('switch')
    await addSwitch(bridge)
    const hosts: Host[] = []
    for (let at = 1; at <= size; at++) {
      const namespace = await lan.add(`h${at}`)
      const address = `10.77.${number % 256}.${at}`
      await wire({ bridge, port: `port${at}`, namespace, address })
      hosts.push(hostOf({ bridge, port: `port${at}`, namespace, address }, children))
    }
    await Promise.all(hosts.map(({ namespace }) => carrier(namespace)))
    return { hosts, [Symbol.asyncDispose]: () => lan[Symbol.asyncDispose]() }
  } catch (error) {
    await lan[Symbol.asyncDispose]()
    throw error
  }
}

export interface Place {
  readonly bridge: string
  readonly port: string
  readonly namespace: string
  readonly address: string
}

export async function wire({ bridge, port, namespace, address }: Place): Promise<void> {
  const cable = `link add name ${port} netns ${bridge} type veth peer name eth0 netns ${namespace}`
  await ip(...cable.split(' '))
  await ip('-n', bridge, 'link', 'set', port, 'master', 'br0', 'up')
  await ip('-n', namespace, 'addr', 'add', `${address}/24`, 'dev', 'eth0')
  await ip('-n', namespace, 'link', 'set', 'eth0', 'up')
  await routeMulticast(namespace)
}

/** The kernel takes up to a second to notice a carrier, and drops what is sent until then. */
export async function carrier(namespace: string): Promise<void> {
  const deadline = performance.now() + CARRIER_MS_MAX
  for (;;) {
    const { stdout } = await run('ip', ['-n', namespace, '-br', 'link', 'show', 'eth0'])
    if (/\sUP\s/.test(stdout)) return
    if (performance.now() > deadline) throw new Error(`no carrier in ${namespace}: ${stdout}`)
    await setTimeout(CARRIER_LOOK_MS)
  }
}

/** The route is lost when the interface goes down, so it is set again after that. */
async function routeMulticast(namespace: string): Promise<void> {
  await ip('-n', namespace, 'route', 'replace', '224.0.0.0/4', 'dev', 'eth0')
}

export function hostOf(
  { bridge, port, namespace, address }: Place,
  children: Set<ChildProcess>
): Host {
  const inside = (command: string, args: readonly string[]): string[] => [
    'netns',
    'exec',
    namespace,
    command,
    ...args
  ]
  return {
    address,
    namespace,
    spawn(command, args, options = {}) {
      // `ip netns exec` becomes the command: the pid is the command's own.
      const child = spawn('ip', inside(command, args), options)
      children.add(child)
      child.once('exit', () => children.delete(child))
      return child
    },
    exec: async (command, args) => (await run('ip', inside(command, args))).stdout,
    unplug: () => ip('-n', bridge, 'link', 'set', port, 'down'),
    async plug() {
      await ip('-n', bridge, 'link', 'set', port, 'up')
      await routeMulticast(namespace)
      await carrier(namespace)
    }
  }
}

export async function ip(...args: readonly string[]): Promise<void> {
  await run('ip', args, { timeout: IP_MS_MAX })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

/** Namespaces of tests that no longer run, with the processes those tests left in them. */
async function removeStale(): Promise<void> {
  if (!existsSync(NAMES)) return
  for (const name of readdirSync(NAMES)) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]
    if (pid === undefined || isAlive(Number(pid))) continue
    const { stdout } = await run('ip', ['netns', 'pids', name]).catch(() => ({ stdout: '' }))
    for (const left of stdout.split('\n').filter((line) => line !== '')) kill(Number(left))
    // Another test may be removing it at the same time.
    await ip('netns', 'del', name).catch(() => undefined)
  }
}

function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`)
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself in the meantime.
  }
}

function probe(): Possible {
  if (process.platform !== 'linux')
    return { ok: false, reason: 'network namespaces are Linux only' }
  if (process.getuid?.() !== 0) return { ok: false, reason: 'making hosts needs root' }
  const name = `${PREFIX}${process.pid}-0-probe`
  const ip = (...args: string[]): void => {
    execFileSync('ip', args, { stdio: 'pipe', timeout: IP_MS_MAX })
  }
  try {
    ip('netns', 'add', name)
  } catch (error) {
    return { ok: false, reason: `ip netns add: ${(error as Error).message.trim()}` }
  }
  try {
    ip(...`-n ${name} link add name br0 type bridge`.split(' '))
    ip(...`-n ${name} link add name port type veth peer name eth0`.split(' '))
    return { ok: true }
  } catch (error) {
    return { ok: false, reason: `ip link add: ${(error as Error).message.trim()}` }
  } finally {
    ip('netns', 'del', name)
  }
}
