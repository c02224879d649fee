/** How long something took, for docs/reach.md; told on stdout, and for the test to judge. */

export async function timed(what: string, work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now()
  await work()
  const ms = Math.round(performance.now() - begin)
  process.stdout.write(`measured: ${what}: ${ms} ms\n`)
  return ms
}
