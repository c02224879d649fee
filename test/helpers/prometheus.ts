/** The real Prometheus of Debian, when this machine has it. */

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined

/**
 * For `test.skipIf(noPrometheus)`: true where it is not installed, but never in CI, where these
 * tests must run and fail instead.
 */
export const noPrometheus = process.env['CI'] !== 'true' && !(has('prometheus') && has('promtool'))

/** What promtool finds in a page of metrics: its exit code and complaints. */
export function checkMetrics(page: string): { code: number | null; complaints: string } {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: page,
    encoding: 'utf8'
  })
  return { code: status, complaints: stdout + stderr }
}

export interface Prometheus extends AsyncDisposable {
  /** Ask its API: `query?query=up`, `targets`. */
  ask<T>(path: string): Promise<T>
}

/** A Prometheus that scrapes a target once a second. @param target `127.0.0.1:9464` */
export async function startPrometheus(target: string): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'peerwork-prometheus-'))
  const job = { job_name: 'peerwork', static_configs: [{ targets: [target] }] }
  // YAML is a superset of JSON.
  const config = { global: { scrape_interval: '1s', scrape_timeout: '1s' }, scrape_configs: [job] }
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config))
  const port = await freePort()
  const child = spawn('prometheus', [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`
  ])
  child.stderr.resume()
  child.stdout.resume()
  const gone = once(child, 'exit')
  return {
    async ask<T>(path: string) {
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)
      return ((await response.json()) as { data: T }).data
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await gone
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
