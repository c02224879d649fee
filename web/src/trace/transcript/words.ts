/** What somebody said, out of the many shapes in which it is told. */

export interface Said {
  /** `user`, `assistant`, `tool` …; or which side of the work it is. */
  readonly role: string
  readonly text: string
}

const INPUTS = [
  ...['gen_ai.system_instructions', 'gen_ai.input.messages', 'gen_ai.tool.call.arguments'],
  ...['gen_ai.prompt', 'ai.prompt.messages', 'ai.prompt', 'ai.toolCall.args', 'input.value'],
  ...['traceloop.entity.input', 'tool.parameters', 'input']
]
const OUTPUTS = [
  ...['gen_ai.output.messages', 'gen_ai.tool.call.result', 'gen_ai.completion'],
  ...['ai.response.text', 'ai.response.object', 'ai.toolCall.result', 'output.value'],
  ...['traceloop.entity.output', 'output']
]
/** Conventions that spread messages over attributes. */
const SPREAD =
  /^(?:gen_ai\.(prompt|completion)|llm\.(input|output)_messages)\.(\d{1,4})\.(?:message\.)?content$/

/** In the attributes of a span, the first name that is known on each side. */
export function saidIn(attributes: Readonly<Record<string, unknown>>): readonly Said[] {
  const first = (names: readonly string[], role: string): readonly Said[] => {
    const name = names.find((one) => Object.hasOwn(attributes, one))
    return name === undefined ? [] : saidOf(attributes[name], role)
  }
  const spread = spreadIn(attributes)
  if (spread.length > 0) return spread
  return [...first(INPUTS, 'input'), ...first(OUTPUTS, 'output')]
}

function spreadIn(attributes: Readonly<Record<string, unknown>>): readonly Said[] {
  const found = Object.keys(attributes).flatMap((name) => {
    const [, genAi, llm, at] = SPREAD.exec(name) ?? []
    if (at === undefined) return []
    const isInput = genAi === 'prompt' || llm === 'input'
    const role = attributes[name.replace(/content$/, 'role')]
    const said = { role: typeof role === 'string' ? role : isInput ? 'input' : 'output' }
    const text = textOf(attributes[name])
    return [{ ...said, text, order: (isInput ? 0 : 1e6) + Number(at) }]
  })
  return found.toSorted((a, b) => a.order - b.order).map(({ role, text }) => ({ role, text }))
}

/** A text, a list of messages, or any other JSON. */
export function saidOf(value: unknown, role: string): readonly Said[] {
  const read = typeof value === 'string' ? readJson(value) : value
  if (Array.isArray(read) && read.length > 0 && read.every(isMessage)) {
    return read.map((message) => ({ role: message.role, text: contentOf(message) }))
  }
  return [{ role, text: textOf(typeof value === 'string' ? value : read) }]
}

/** Many tell JSON as a text. */
function readJson(text: string): unknown {
  if (!/^\s*\[/.test(text)) return text
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

interface Message {
  readonly role: string
  readonly content?: unknown
  readonly parts?: unknown
}

const isMessage = (value: unknown): value is Message =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Message).role === 'string' &&
  ('content' in value || 'parts' in value)

function contentOf({ content, parts }: Message): string {
  const pieces = parts ?? content
  if (!Array.isArray(pieces)) return textOf(pieces)
  return (pieces as readonly unknown[]).map(pieceOf).join('\n')
}

function pieceOf(piece: unknown): string {
  if (typeof piece !== 'object' || piece === null) return textOf(piece)
  const { text, content } = piece as { text?: unknown; content?: unknown }
  if (typeof text === 'string') return text
  return typeof content === 'string' ? content : textOf(piece)
}

export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value, undefined, 2) ?? '')
