/** Command lines to copy, for the same agent as the one that was typed. */

const PLAIN_WORD = /^[\w@%+=:,./-]+$/

/** `peerwork up --name bob`: what comes next, with the options that select the home. */
export function again(
  words: string,
  { home, name }: { readonly home: string | undefined; readonly name: string | undefined }
): string {
  const options = [
    ...(home === undefined ? [] : ['--home', quoted(home)]),
    ...(name === undefined ? [] : ['--name', quoted(name)])
  ]
  return ['peerwork', words, ...options].join(' ')
}

const quoted = (word: string): string =>
  PLAIN_WORD.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
