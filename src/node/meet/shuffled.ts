/**
 * The same, in an order that nobody can foresee (Fisher and Yates). Where many agents take some of
 * a list, they must not all take the first.
 *
 * @param chance from 0 up to 1
 */
export function shuffled<T>(list: readonly T[], chance: () => number): T[] {
  const all = [...list]
  for (let last = all.length - 1; last > 0; last--) {
    const at = Math.floor(chance() * (last + 1))
    const [one, other] = [all[at] as T, all[last] as T]
    all[at] = other
    all[last] = one
  }
  return all
}
