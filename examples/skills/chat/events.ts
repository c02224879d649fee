/**
 * Server-sent events out of a byte stream, as the WHATWG HTML standard parses them (section 9.2.6),
 * reduced to what model servers use: the data of each event.
 */

/** One event, characters: a server that never ends an event must not fill the memory. */
const EVENT_LENGTH_MAX = 1024 * 1024

/** @throws Error when one event grows beyond a mebibyte */
export async function* eventsOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let data: string[] = []
  for await (const line of linesOf(body)) {
    if (line === '') {
      if (data.length > 0) yield data.join('\n')
      data = []
    } else if (line.startsWith('data:')) {
      data.push(line.slice(line.startsWith('data: ') ? 6 : 5))
      if (data.reduce((sum, part) => sum + part.length, 0) > EVENT_LENGTH_MAX) throw tooLong()
    }
    // Everything else is a comment, an event name, an id or a retry time: of no use here.
  }
  // The standard drops an event that the end cuts off; some servers leave out the last blank line.
  if (data.length > 0) yield data.join('\n')
}

/** Lines end with LF, CR LF or CR, wherever the chunks happen to be cut. */
async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  let afterReturn = false
  for await (const chunk of body) {
    let text = decoder.decode(chunk, { stream: true })
    if (text === '') continue
    if (afterReturn && text.startsWith('\n')) text = text.slice(1)
    afterReturn = text.endsWith('\r')
    const lines = (rest + text).split(/\r\n|[\n\r]/)
    rest = lines.pop() ?? ''
    if (rest.length > EVENT_LENGTH_MAX) throw tooLong()
    yield* lines
  }
  if (rest !== '') yield rest
}

function tooLong(): Error {
  return new Error(`the server sent an event of more than ${EVENT_LENGTH_MAX} characters`)
}
