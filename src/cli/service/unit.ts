/**
 * The systemd user unit of one agent, as text.
 *
 * What is hardened here must leave the sandbox whole: bubblewrap makes user, mount, pid and network
 * namespaces (so no RestrictNamespaces=, and no filter on mount calls), speaks netlink to bring up
 * its loopback, and V8 writes code that it then runs (so no MemoryDenyWriteExecute=). Directives
 * that need mount namespaces (ProtectSystem=, PrivateTmp=, …) are left out: in a user manager they
 * put the service into a user namespace of its own, where bubblewrap may not map ids any more.
 */

import { FAREWELL_MS } from '../drain.ts'

export interface UnitInit {
  /** What people call the agent; part of the unit's name. */
  readonly name: string
  readonly home: string
  /** What the agent calls itself, when an option or variable says so. */
  readonly label: string | undefined
  /** The configuration file, when it is not the one in the home. */
  readonly config: string | undefined
  /** Node with its flags, and the door: absolute paths. */
  readonly command: readonly string[]
  /** How long a stopping agent waits for its tasks, ms. */
  readonly drainMs: number
}

/** A unit with this line was written by us, and may be written again. */
export const MARK = '# Written by `peerwork service install`.'

/** For skills to load and peers to be dialled on a slow machine, seconds. */
const START_S_MAX = 120

/** `peerwork-alice.service`. What a unit's name cannot hold becomes a dash. */
export function unitName(name: string): string {
  return `peerwork-${name.replaceAll(/[^A-Za-z0-9_.-]+/g, '-')}.service`
}

export function unitText(init: UnitInit): string {
  const { name, home, label, config, command, drainMs } = init
  const line = [
    ...[...command, 'up', `--home=${home}`],
    ...(label === undefined ? [] : [`--name=${label}`]),
    ...(config === undefined ? [] : [`--config=${config}`])
  ]
  return `${MARK} Settings belong into ${init.config ?? `${home}/config.json`}.
${homeLine(home)}
[Unit]
Description=${escapeSpecifiers(`Peerwork agent ${name}`)}
StartLimitIntervalSec=300
StartLimitBurst=10

[Service]
# systemd-notify speaks for the agent, because Node cannot: hence all.
Type=notify
NotifyAccess=all
ExecStart=${line.map(quoted).join(' ')}
ExecReload=/bin/kill -HUP $MAINPID
EnvironmentFile=-${escapeSpecifiers(`${home}/service.env`)}
Restart=on-failure
RestartSec=2
# 2 is wrong usage: starting again would not mend the configuration.
RestartPreventExitStatus=2
SuccessExitStatus=143
TimeoutStartSec=${START_S_MAX}
TimeoutStopSec=${Math.ceil((drainMs + FAREWELL_MS) / 1000)}
# Tasks may end: only the agent is told to stop, and ends its runners itself.
KillMode=mixed
# A task that eats its memory ends alone.
OOMPolicy=continue
UMask=0077
LimitCORE=0
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
SyslogIdentifier=${unitName(name).replace(/\.service$/, '')}

[Install]
WantedBy=default.target
`
}

/** Which home a unit is for, so that two homes of one name do not overwrite each other. */
export const homeLine = (home: string): string => `# Home: ${oneLine(home)}`

/** One word of a command line, as systemd.service(5) has it: C escapes, and $ and % doubled. */
export function quoted(word: string): string {
  const text = escapeSpecifiers(word).replaceAll('$', '$$$$')
  if (/^[\w@%+=:,./$-]+$/.test(text)) return text
  const escaped = text
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\t', String.raw`\t`)
  return `"${escaped}"`
}

const oneLine = (text: string): string => text.replaceAll(/[\r\n]/g, ' ')
const escapeSpecifiers = (text: string): string => text.replaceAll('%', '%%')
