/** `peerwork run`: have a peer do a task, and print what it answers. */

import type { SubmitOptions, SubmittedTask, TaskResult } from '../../node/api.ts'
import type { RouteExplanation } from '../../node/routing/told.ts'
import { TaskFailure } from '../../node/task-failure.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import type { JsonValue } from '../../protocol/json.ts'
import { PRIORITIES } from '../../protocol/message/task.ts'
import type { Priority } from '../../protocol/message/task.ts'
import { NETWORKING, defineCommand } from '../command.ts'
import { untilInterrupted } from '../interrupts.ts'
import type { Context, Values } from '../command.ts'
import { inputFor, readInput } from '../input.ts'
import type { Input } from '../input.ts'
import { toMs } from '../../node/duration.ts'
import { callerOf } from '../guest.ts'
import { findOffer } from '../offers.ts'
import { TaskProgress } from '../progress.ts'
import { plainJson, plainText } from '../plain-text.ts'
import { BUDGET, budgetOf, ROUTING, routingOf } from '../route-options.ts'
import { showRoute } from '../route-table.ts'
import { anyAgent } from '../session.ts'
import type { Session } from '../session.ts'

/** How long a canceled task may take to end before we leave all the same, ms. */
const CANCEL_MS_MAX = 3000
/** Why a task was canceled that a person interrupted. */
const REASON = 'interrupted'
/** For the offer of a peer that is known by now, ms. */
const OFFER_MS = 1_000

const options = {
  input: {
    type: 'string',
    value: '<json|@file|->',
    about: 'JSON; @file (parsed when it ends in .json, else a text); - for JSON on stdin'
  },
  to: { type: 'string', value: '<peer>', about: 'id, beginning of one, or name of the executor' },
  'listed-only': {
    type: 'boolean',
    about: 'only a peer on the allow list of the running agent may get the task'
  },
  deadline: { type: 'string', value: '<time>', about: 'from now to the result; 60s by default' },
  wait: { type: 'string', value: '<time>', about: 'how long to look for a peer; 10s by default' },
  priority: {
    type: 'string',
    value: '<class>',
    choices: PRIORITIES,
    about: 'before or after others of your own tasks that wait there; normal by default'
  },
  'idempotency-key': { type: 'string', value: '<key>', about: 'the same key never runs twice' },
  ...ROUTING,
  ...BUDGET,
  trace: { type: 'string', value: '<traceparent>', about: 'W3C traceparent to continue' },
  ...NETWORKING
} as const

export const run = defineCommand({
  name: 'run',
  summary: 'have a peer do a task, and print what it answers',
  about: [
    'The result goes to stdout, everything else to stderr. A text result is printed as it is, ' +
      'anything else as JSON. Streamed chunks appear on stderr as they come. Ctrl-C cancels the ' +
      'task.',
    'Without --to, a peer on the allow list gets the task before a stranger that offers the ' +
      'skill; a note on stderr says when it is a stranger.',
    'Without --to, a task goes on to the next best peer when one is lost, full or too late. When ' +
      'its time or budget runs out, what the skill had until then is printed, and the exit code ' +
      'tells that it is only a part.',
    'While everybody who could take it is full, it waits and asks again; when a link breaks and ' +
      'nobody else could do it, the same peer is sought, and its one run answers. A note on ' +
      'stderr says so. --deadline bounds both.',
    'A text file, or @- for text on stdin, becomes {"text": …} for a skill whose input requires ' +
      'a string "text", and a JSON string for any other skill.'
  ],
  words: [{ name: 'skill', about: 'the name of a skill; see peerwork skills' }],
  options,
  json:
    'One object: task, skill, value, by, trace, isolation, engine, chunks, usage, ' +
    'timing (findMs, acceptMs, workMs, totalMs), replay, attempts, sealed (base64). With ' +
    '--dry-run: skill, chosen, candidates (peer, name, state, why, score, points, facts), ' +
    'others. When it failed: error, and failure (by, usage, chunks, partial, sealed) when the ' +
    'peer signed it.',
  examples: [
    [`peerwork run shout --input '{"text":"hello"}'`, 'a task with JSON input'],
    ['peerwork run analyse-text --input @README.md --to alice', 'a document, to one peer'],
    ['peerwork run chat --model llama3.2 --explain --dry-run', 'who would get it, and why'],
    ['peerwork run chat --input @prompt.json --deadline 5m --json | jq .value', 'for a script']
  ],
  async run({ values, words }, context) {
    const [skill = ''] = words
    const input = await untilInterrupted(readInput(values.input, context), context.interrupts)
    const submitOptions = submitOptionsOf(values)
    await using home = await anyAgent(values, context)
    await using session = await callerOf(home, skill, values.to)
    const value = await untilInterrupted(
      valueFor(input, { session, skill, to: values.to, submitOptions }),
      context.interrupts
    )
    if (values['dry-run']) {
      return await dryRun(session.agent.explain(skill, value, submitOptions), values.json, context)
    }
    const task = session.agent.submit(skill, value, submitOptions)
    const progress = new TaskProgress(context.err, skill, values.to)
    const result = await follow(task, progress, context).catch((error: unknown) => {
      if (!values.json) printPartial(error, context)
      throw error
    })
    print(result, { context, json: values.json, streamed: progress.streamed })
  }
})

/** Who would get it, as the result of the command. */
async function dryRun(
  explaining: Promise<RouteExplanation>,
  json: boolean,
  { out, interrupts }: Context
): Promise<void> {
  const route = await untilInterrupted(explaining, interrupts)
  if (json) out.json(route)
  else showRoute(route, out)
}

/** What there was when time or budget ran out is a result too, if not the whole one. */
function printPartial(error: unknown, { out, err }: Context): void {
  if (!(error instanceof TaskFailure) || error.partial === undefined) return
  err.line(err.paint('yellow', 'this is only a part of the result:'))
  printValue(error.partial, out)
}

interface Wanted {
  readonly session: Session
  readonly skill: string
  readonly to: string | undefined
  readonly submitOptions: SubmitOptions
}

/** Only a document has to know the skill before it is sent. */
async function valueFor(input: Input, wanted: Wanted): Promise<unknown> {
  if (input.kind === 'value') return input.value
  const { session, skill, to, submitOptions } = wanted
  // Who waits in vain is told why, and after one wait, not two.
  await session.agent.explain(skill, null, submitOptions)
  const offer = await findOffer(session.agent, { skill, to, waitMs: OFFER_MS })
  return inputFor(input, offer?.input)
}

async function follow(
  task: SubmittedTask,
  progress: TaskProgress,
  { interrupts, err }: Context
): Promise<TaskResult> {
  const ended = Promise.withResolvers<TaskResult>()
  const interrupt = (): void => {
    progress.clear()
    if (err.tty) err.line(err.paint('yellow', 'canceling the task …'))
    task.cancel(REASON).catch(() => undefined)
    const late = new Error(`its end was not heard of within ${CANCEL_MS_MAX} ms`)
    setTimeout(() => ended.reject(late), CANCEL_MS_MAX).unref()
  }
  if (interrupts.signal.aborted) interrupt()
  interrupts.signal.addEventListener('abort', interrupt, { once: true })
  readEvents(task, progress, err).then(ended.resolve, ended.reject)
  try {
    return await ended.promise
  } catch (error) {
    throw interrupts.signal.aborted ? interrupted(error as Error) : error
  } finally {
    progress.clear()
    interrupts.signal.removeEventListener('abort', interrupt)
  }
}

/** However the task ended after Ctrl-C, it was the person who ended it. */
function interrupted(error: Error): PeerworkError {
  const more = error.message === REASON ? '' : ` (${error.message})`
  return new PeerworkError('CANCELED', `the task was interrupted${more}`, {}, error)
}

async function readEvents(
  task: SubmittedTask,
  progress: TaskProgress,
  err: Context['err']
): Promise<TaskResult> {
  // The last event tells the same; without this a failure would count as unhandled.
  const events = task[Symbol.asyncIterator]()
  task.result.catch(() => undefined)
  for (;;) {
    const { value: event, done } = await events.next()
    if (done === true) return task.result
    progress.show(event)
    if (event.type === 'completed') return event.result
    if (event.type === 'failed' || event.type === 'canceled') throw event.error
    await err.drained()
  }
}

interface Printing {
  readonly context: Context
  readonly json: boolean
  readonly streamed: string
}

function print(result: TaskResult, { context, json, streamed }: Printing): void {
  const { out, err } = context
  const { value } = result
  if (json) {
    return out.json({ ...result, sealed: Buffer.from(result.sealed).toString('base64') })
  }
  const seen = typeof value === 'string' && value.trim() === streamed.trim()
  // On one terminal the reader has seen the whole text as it was streamed.
  if (seen && out.tty && err.tty) return
  printValue(value, out)
}

function printValue(value: JsonValue, out: Context['out']): void {
  if (typeof value === 'string') return out.line(out.tty ? plainText(value) : value)
  out.line(out.tty ? plainJson(value, 2) : JSON.stringify(value, null, 2))
}

function submitOptionsOf(values: Values<typeof options>): SubmitOptions {
  const key = values['idempotency-key']
  for (const option of ['deadline', 'wait'] as const) {
    const text = values[option]
    if (text !== undefined) toMs(text, `--${option}`)
  }
  return {
    ...(values.to !== undefined && { to: values.to }),
    ...(values['listed-only'] && { trust: 'listed' as const }),
    ...(values.deadline !== undefined && { deadline: values.deadline }),
    ...(values.wait !== undefined && { wait: values.wait }),
    ...(values.priority !== undefined && { priority: values.priority as Priority }),
    ...(key !== undefined && { idempotencyKey: key }),
    ...routingOf(values, values.to),
    ...budgetOf(values),
    ...(values.trace !== undefined && { traceparent: values.trace })
  }
}
