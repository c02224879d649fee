/** `peerwork service`: an agent that systemd starts, watches and stops. */

import { existsSync, realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import { openHome } from '../../node/home.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import { emptyValues } from '../arguments.ts'
import { defineCommand } from '../command.ts'
import type { Context, Given } from '../command.ts'
import { columns } from '../columns.ts'
import { checkConfig } from '../config/check.ts'
import { CONFIG_FILE, configError } from '../config/file.ts'
import { configPath, settle } from '../config/settings.ts'
import { connectControl } from '../control-client.ts'
import { readUnit, removeUnit, writeUnit } from '../service/install.ts'
import { statusOf } from '../service/status.ts'
import type { ServiceStatus } from '../service/status.ts'
import { Systemd, unitFolder } from '../service/systemd.ts'
import { unitName, unitText } from '../service/unit.ts'
import { drainMsOf } from '../up-init.ts'
import { UP_OPTIONS } from '../up-options.ts'
import type { UpValues } from '../up-options.ts'

/** Lines of the journal that tell why a start failed. */
const JOURNAL_LINES = 12
/** Exit code of `status` for a service that does not run: nothing was found. */
const NOT_RUNNING = 3

const options = {
  config: UP_OPTIONS.config,
  print: { type: 'boolean', about: 'install: show the unit and change nothing' },
  'no-start': { type: 'boolean', about: 'install: enable it, but do not start it now' }
} as const
type Line = Given<typeof options>

interface Place {
  readonly unit: string
  readonly path: string
  readonly home: string
}

export const service = defineCommand({
  name: 'service',
  summary: 'run an agent as a service of systemd',
  about: [
    'install writes a unit for your own systemd (no root needed), enables it and starts the ' +
      'agent; it takes its settings from config.json in its home, or from --config, and ' +
      'variables from service.env in its home. Its log is in the journal. Every --name is an ' +
      'agent and a service of its own. Installing again brings the unit up to date.',
    '`systemctl --user reload` lets the agent read its configuration again. remove stops it and ' +
      'takes the unit away; the home stays.'
  ],
  words: [{ name: 'action', about: 'what to do', choices: ['install', 'status', 'remove'] }],
  options,
  json:
    'install: {"unit", "path", "changed", "started", "lingers"}, with --print {"unit", "path", ' +
    '"text"}. status: {"unit", "path", "installed", "enabled", "active", "state", "status", ' +
    '"pid", "restarts", "since", "lingers"}. remove: {"unit", "removed"}.',
  examples: [
    ['peerwork service install --name alice', 'start alice now, and with every login'],
    ['peerwork service install --name alice --print', 'look first'],
    ['peerwork service status --name alice', 'does it run?'],
    ['journalctl --user -u peerwork-alice -f', 'its log'],
    ['peerwork service remove --name alice', 'no more']
  ],
  async run(given, context) {
    const [action] = given.words
    if (action === 'install') return install(given, context)
    if (action === 'status') return status(given, context)
    return remove(given, context)
  }
})

async function install(given: Line, context: Context): Promise<void> {
  const { out, err } = context
  const { unit, path, home } = placeOf(given, context)
  const text = textOf(given, context)
  if (given.values.print) {
    if (given.values.json) out.json({ unit, path, text })
    else out.raw(text)
    return
  }
  await refuseFaults(given, context)
  const systemd = new Systemd(context.env)
  await systemd.mustBeThere()
  warnOfVariables(context)
  warnOfCache(context)
  const before = await statusOf(systemd, unit)
  if (!before.active) await refuseRunning(home)
  openHome(home)
  const changed = writeUnit(path, text, home)
  await systemd.command(unit, 'daemon-reload')
  await systemd.command(unit, 'enable', unit)
  const starts = !given.values['no-start'] && !before.active
  if (starts) await start(systemd, unit, context)
  const lingers = systemd.lingers()
  if (given.values.json) return out.json({ unit, path, changed, started: starts, lingers })
  const { paint } = err
  const what = starts ? 'installed and started' : 'installed'
  err.line(`${paint('green', '✔')} ${paint('bold', unit)} is ${what} (${path})`)
  if (before.active && changed) {
    err.line(`  it runs with the unit of before until: systemctl --user restart ${unit}`)
  }
  err.line(paint('dim', `  log: journalctl --user -u ${unit} -f`))
  if (!lingers) hintLinger(context)
}

/** Where the service of an agent is. A configuration file with faults does not hide it. */
function placeOf(given: Line, context: Context): Place {
  const { named, home: outer } = configPath(UP_OPTIONS, given, context)
  const home = named ? settledOf(given, context).home : outer
  const unit = unitName(basename(home))
  return { unit, home, path: join(unitFolder(context.env), unit) }
}

function textOf(given: Line, context: Context): string {
  const settings = settledOf(given, context)
  const { home, file, values } = settings
  const config = file === join(home, CONFIG_FILE) ? undefined : file
  const said = settings.list.find(({ key }) => key.name === 'name')
  const label = said?.origin === 'file' ? undefined : values.name
  const command = ownCommand()
  return unitText({
    name: basename(home),
    home,
    label,
    config,
    command,
    drainMs: drainMsOf(values)
  })
}

function settledOf(given: Line, context: Context) {
  const values = { ...emptyValues(UP_OPTIONS), ...given.values } as unknown as UpValues
  return settle(UP_OPTIONS, { values, named: given.named }, context)
}

/** This very installation: Node with its flags, and the door it was started through. */
function ownCommand(): string[] {
  const door = process.argv[1] ?? ''
  return [process.execPath, ...process.execArgv, existsSync(door) ? realpathSync(door) : door]
}

async function refuseFaults(given: Line, context: Context): Promise<void> {
  const { file, fileFound, home } = settledOf(given, context)
  if (!fileFound) return
  const inHome = file === join(home, CONFIG_FILE)
  const faults = await checkConfig(file, inHome ? home : undefined, context)
  if (faults.length > 0) throw configError(file, faults)
}

async function refuseRunning(home: string): Promise<void> {
  const running = await connectControl(home)
  if (running === undefined) return
  const message = `an agent already runs with ${home} (pid ${running.info.pid}); stop it first`
  throw new PeerworkError('HOME_IN_USE', message, { home })
}

/** The service does not see this shell's environment. */
function warnOfVariables({ env, err }: Context): void {
  const names = Object.keys(env).filter((name) => /^PEERWORK_(?!HOME$|NAME$|CONFIG$)/.test(name))
  if (names.length === 0) return
  const text = `the service will not see ${names.join(', ')}: write it into the configuration file`
  err.line(err.paint('yellow', text))
}

/** npx keeps its copies in a cache that is emptied now and then. */
function warnOfCache({ err }: Context): void {
  if (!ownCommand().some((word) => word.includes('/_npx/'))) return
  const text =
    'this peerwork lies in the cache of npx, which may be emptied: npm install -g peerwork'
  err.line(err.paint('yellow', text))
}

async function start(systemd: Systemd, unit: string, { err }: Context): Promise<void> {
  try {
    await systemd.command(unit, 'start', unit)
  } catch (error) {
    for (const line of await systemd.journal(unit, JOURNAL_LINES)) {
      err.line(err.paint('dim', `  ${line}`))
    }
    throw error
  }
}

function hintLinger({ err }: Context): void {
  err.line('  It runs while you are logged in. To let it run always: loginctl enable-linger')
}

async function status(given: Line, context: Context): Promise<number> {
  const { unit, path } = placeOf(given, context)
  const systemd = new Systemd(context.env)
  await systemd.mustBeThere()
  const found = await statusOf(systemd, unit)
  const lingers = systemd.lingers()
  const installed = readUnit(path) !== undefined
  if (given.values.json) context.out.json({ unit, path, installed, ...found, lingers })
  else showStatus({ ...found, unit, path, installed, lingers }, context)
  return found.active ? 0 : NOT_RUNNING
}

interface Shown extends ServiceStatus {
  readonly unit: string
  readonly path: string
  readonly installed: boolean
  readonly lingers: boolean
}

function showStatus(shown: Shown, { out }: Context): void {
  const { paint } = out
  const { unit, path, installed, active, state, pid, status: said, restarts, enabled } = shown
  if (!installed) return out.line(`${unit} is not installed`)
  const dot = active ? paint('green', '●') : paint('red', '○')
  out.line(`${dot} ${paint('bold', unit)} ${state}${said === '' ? '' : `: ${said}`}`)
  const rows = [
    ['unit', path],
    ...(pid === null ? [] : [['pid', String(pid)]]),
    ['enabled', enabled ? 'yes, starts with your login' : 'no'],
    ['restarts', String(restarts)],
    ['linger', shown.lingers ? 'yes, runs without a login' : 'no (loginctl enable-linger)'],
    ['log', `journalctl --user -u ${unit}`]
  ]
  const cells = rows.map(([label = '', value = '']) => [`  ${paint('dim', label)}`, value])
  for (const line of columns(cells)) out.line(line)
}

async function remove(given: Line, context: Context): Promise<void> {
  const { unit, path, home } = placeOf(given, context)
  const systemd = new Systemd(context.env)
  await systemd.mustBeThere()
  const there = readUnit(path) !== undefined
  if (there) await systemd.command(unit, 'disable', '--now', unit)
  const removed = removeUnit(path, home)
  await systemd.command(unit, 'daemon-reload')
  if (given.values.json) return context.out.json({ unit, removed })
  const { err } = context
  if (removed) err.line(`${err.paint('green', '✔')} ${unit} is stopped and removed; ${home} stays`)
  else err.line(`${unit} was not installed`)
}
