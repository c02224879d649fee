import { describe, expect, it } from 'vitest'
import { sandboxCommand } from '../../src/tasks/sandbox-command.ts'
import type { CommandInit } from '../../src/tasks/sandbox-command.ts'

const bare: CommandInit = {
  node: '/opt/node',
  entry: '/app/src/tasks/sandbox-entry.ts',
  read: ['/skills/a', '/app/src'],
  memoryMb: 128,
  tools: {},
  system: ['/usr/lib'],
  home: '/home/me/.peerwork'
}
const all = { bwrap: '/bin/bwrap', prlimit: '/bin/prlimit', setpriv: '/bin/setpriv' }

describe('the command of a runner', () => {
  it('is node with its permission model where there is nothing else', () => {
    expect(sandboxCommand(bare)).toEqual({
      file: '/opt/node',
      args: [
        '--permission',
        '--allow-fs-read=/skills/a',
        '--allow-fs-read=/app/src',
        '--no-experimental-sqlite',
        '--no-addons',
        '--disable-sigusr1',
        '--max-old-space-size=128',
        '/app/src/tasks/sandbox-entry.ts'
      ]
    })
  })

  it('grants nothing but reading', () => {
    const { args } = sandboxCommand({ ...bare, tools: all })
    const granted = args.filter((word) => word.startsWith('--allow'))
    expect(granted.every((word) => word.startsWith('--allow-fs-read='))).toBe(true)
  })

  it('bounds data, files and cores from outside', () => {
    const { file, args } = sandboxCommand({ ...bare, tools: all })
    expect(file).toBe('/bin/prlimit')
    expect(args.slice(0, 5)).toEqual([
      `--data=${(128 + 700) * 1024 * 1024}`,
      '--nofile=128',
      '--fsize=0',
      '--core=0',
      '/bin/bwrap'
    ])
  })

  it('binds only libraries, node and what the skill may read, all read-only', () => {
    const { args } = sandboxCommand({ ...bare, tools: all })
    const binds = args.flatMap((word, at) => (/bind/.test(word) ? [[word, args[at + 1]]] : []))
    expect(binds).toEqual(
      ['/usr/lib', '/opt/node', '/skills/a', '/app/src'].map((path) => ['--ro-bind', path])
    )
    for (const word of ['--unshare-all', '--die-with-parent', '--new-session', '--clearenv']) {
      expect(args).toContain(word)
    }
  })

  it('covers a home that lies among the libraries', () => {
    const { args } = sandboxCommand({ ...bare, tools: all, home: '/usr/lib/agent' })
    expect(args[args.indexOf('--tmpfs') + 1]).toBe('/usr/lib/agent')
    expect(args.indexOf('--tmpfs')).toBeGreaterThan(args.indexOf('/usr/lib'))
    expect(sandboxCommand({ ...bare, tools: all }).args).not.toContain('--tmpfs')
  })

  it('dies with the agent without bubblewrap, too', () => {
    const { args } = sandboxCommand({ ...bare, tools: { setpriv: '/bin/setpriv' } })
    expect(args.slice(0, 4)).toEqual(['--pdeathsig', 'KILL', '--', '/opt/node'])
  })
})
