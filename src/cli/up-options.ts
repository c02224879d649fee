/** The options of `peerwork up`: also the keys of its configuration file, see config/keys.ts. */

import { NETWORKING } from './command.ts'
import type { COMMON, OptionSpecs, Values } from './command.ts'

export const UP_OPTIONS = {
  config: {
    type: 'string',
    value: '<file>',
    about: 'configuration file; config.json in the home by default'
  },
  ...NETWORKING,
  skill: { type: 'string', multiple: true, value: '<file>', about: 'a skill to offer (repeat)' },
  'skill-config': {
    type: 'string',
    value: '<file>',
    about: 'JSON: configuration and secrets of the skills'
  },
  allow: {
    type: 'string',
    multiple: true,
    value: '<peer>',
    about: 'a peer that may submit (repeat)'
  },
  'allow-file': {
    type: 'string',
    value: '<file>',
    about: 'peers that may submit, one id a line; read again when it changes'
  },
  'bootstrap-server': {
    type: 'boolean',
    about: 'be where others join: port 4001, preset internet, unless told otherwise'
  },
  relay: { type: 'boolean', about: 'pass connections on to peers that cannot be dialled' },
  open: { type: 'boolean', about: 'everybody may submit' },
  'min-isolation': {
    type: 'string',
    value: '<level>',
    choices: ['process', 'os'],
    about: 'refuse to start below this level'
  },
  capacity: { type: 'string', value: '<n>', about: 'tasks at once; one a processor by default' },
  queue: {
    type: 'string',
    value: '<n>',
    about: 'tasks of one peer that may wait; 64 by default'
  },
  quota: {
    type: 'string',
    multiple: true,
    value: '<limit>',
    about: 'what a peer may ask, like rate=50 or <peer or role>:in-flight=8 (repeat)'
  },
  drain: {
    type: 'string',
    value: '<time>',
    about: 'how long running tasks may take to end when it stops; 5s by default'
  },
  'log-level': {
    type: 'string',
    value: '<levels>',
    about: 'log of the agent, or of rooms: info,tasks=debug; warn by default'
  },
  metrics: {
    type: 'string',
    value: '<port>',
    // Where OpenTelemetry's exporters for Prometheus listen.
    lone: '9464',
    about: 'serve /healthz and /metrics on this port of 127.0.0.1; 9464 alone'
  },
  'trace-content': {
    type: 'string',
    multiple: true,
    value: '<peer>',
    about: 'an observer that may read inputs and outputs, redacted (repeat); none by default'
  },
  'trace-rules': {
    type: 'string',
    value: '<file>',
    about: 'more to redact: regular expressions, one a line; with --trace-content'
  }
} as const satisfies OptionSpecs

export type UpValues = Values<typeof UP_OPTIONS & typeof COMMON>
