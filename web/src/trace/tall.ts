/** Whether a text may be taller than the box it stands in, and so needs to be scrolled by keys. */

/** On a narrow screen, characters and lines. */
const CHARS = 400
const LINES = 12

/** 0 makes the box a stop of the tab key; nothing does not. @param chars that surely fit */
export const stopOf = (text: string, chars = CHARS): 0 | undefined =>
  text.length > chars || text.split('\n', LINES + 1).length > LINES ? 0 : undefined
