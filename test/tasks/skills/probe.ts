import { execSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { createSocket } from 'node:dgram'
import { setPriority } from 'node:os'
import { lookup } from 'node:dns/promises'
import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { defineSkill } from 'peerwork'
import * as z from 'zod'

const reach = (port: number, host: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, host, () => resolve('connected'))
    socket.on('error', reject)
  })

/** Tries what it must not be able to do, and tells how it went. */
const attempts: Record<string, (argument: string) => unknown> = {
  read: (path) => readFileSync(path, 'utf8').slice(0, 20),
  list: (path) => readdirSync(path).length,
  write: (path) => writeFileSync(path, 'x'),
  exec: () => execSync('id').toString(),
  worker: () =>
    new Promise((resolve, reject) => {
      const worker = new Worker('1', { eval: true })
      worker.on('online', () => resolve('online'))
      worker.on('error', reject)
    }),
  connect: (port) => reach(Number(port), '127.0.0.1'),
  unix: (path) =>
    new Promise((resolve, reject) => {
      const socket = connect(path, () => resolve('connected'))
      socket.on('error', reject)
    }),
  datagram: (port) =>
    new Promise((resolve, reject) => {
      const socket = createSocket('udp4')
      socket.on('error', reject)
      socket.send('x', Number(port), '127.0.0.1', (error) =>
        error === null ? resolve('sent') : reject(error)
      )
    }),
  lookup: (host) => lookup(host),
  fetch: (url) => fetch(url),
  kill: (pid) => process.kill(Number(pid), 'SIGKILL'),
  debug: (pid) =>
    (process as unknown as { _debugProcess(pid: number): void })._debugProcess(Number(pid)),
  renice: (pid) => setPriority(Number(pid), 19),
  binding: () =>
    typeof (process as unknown as { binding(name: string): unknown }).binding('spawn_sync'),
  sqlite: (path) => {
    const { DatabaseSync } = createRequire(import.meta.url)('node:sqlite') as {
      DatabaseSync: new (path: string) => { exec(sql: string): void }
    }
    new DatabaseSync(path).exec('create table t (a)')
  },
  env: () => Object.keys(process.env).length,
  others: () => readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).length
}

export default defineSkill({
  name: 'probe',
  description: 'Tries to get out.',
  input: z.object({ what: z.string(), argument: z.string().default('') }),
  output: z.object({ done: z.boolean(), answer: z.string() }),
  run: async ({ what, argument }) => {
    try {
      const attempt = attempts[what]
      if (attempt === undefined) throw new Error(`nothing called ${what}`)
      return { done: true, answer: String(await attempt(argument)) }
    } catch (error) {
      const { code = '', message } = error as { code?: string; message: string }
      return { done: false, answer: `${code} ${message}` }
    }
  }
})
