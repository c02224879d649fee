import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { lockHome, shareHome } from '../../../src/node/membership/member-home.ts'
import { rotateKey } from '../../../src/node/membership/rotate.ts'
import { ADA, ada, ADA_SHOWS, BEN, BEN_SHOWS, ben, memberHome, ownersConfig } from './people.ts'
import { owner, tempDir } from './people.ts'
import { killedAt } from '../../helpers/killed.ts'

test('a member has a new key, and shows with the old certificate that it follows', async () => {
  const home = memberHome(BEN, BEN_SHOWS)
  const { before, after, oldKeyPath } = await rotateKey({ home })
  expect(before).toBe(ben.id)
  expect(existsSync(oldKeyPath)).toBe(true)
  using place = shareHome(home)
  expect(place.secret().identity.id).toBe(after)
  expect(place.roster.of(after)).toMatchObject({ name: 'ben' })
  expect(place.roster.may(before, 'submit')).toBe(false)
  const again = rotateKey({ home })
  await expect(again).rejects.toMatchObject({ code: 'NO_ADMIN' })
})

test('a passphrase locks the new key as it did the old one', async () => {
  const home = memberHome(BEN, BEN_SHOWS)
  const { after } = await rotateKey({ home, homePassphrase: 'secret' })
  expect(() => lockHome(home)).toThrow(expect.objectContaining({ code: 'PASSPHRASE_WRONG' }))
  using place = lockHome(home, 'secret')
  expect(place.secret.identity.id).toBe(after)
})

test('an admin changes its key with the owner’s word, and stays an admin', async () => {
  const home = memberHome(ADA, ADA_SHOWS)
  await expect(rotateKey({ home })).rejects.toMatchObject({ code: 'OWNER_KEY_NEEDED' })
  {
    using before = lockHome(home)
    expect(before.secret.identity.id).toBe(ada.id)
  }
  const { after } = await rotateKey({ home, configDir: ownersConfig() })
  using place = shareHome(home)
  expect(place.roster.of(after)).toMatchObject({ by: owner.id, name: 'ada' })
  expect(place.roster.may(after, 'admin')).toBe(true)
  expect(place.roster.may(ada.id, 'admin')).toBe(false)
})

test('not while the agent runs, and not where there is no membership', async () => {
  const home = memberHome(BEN, BEN_SHOWS)
  {
    using _agent = lockHome(home)
    await expect(rotateKey({ home })).rejects.toMatchObject({ code: 'HOME_IN_USE' })
  }
  await expect(rotateKey({ home: tempDir() })).rejects.toMatchObject({ code: 'NOT_A_MEMBER' })
})

/** Killed at each of its steps, on a fresh home each time. */
async function everyStep(
  make: () => { readonly home: string; readonly more: object },
  look: (home: string, step: number) => void
): Promise<number> {
  for (let step = 1; ; step++) {
    const { home, more } = make()
    const killed = await killedAt(
      step,
      `import { rotateKey } from './src/node/membership/rotate.ts'
       await rotateKey(${JSON.stringify({ home, ...more })})`
    )
    look(home, step)
    if (!killed) return step
  }
}

async function staysOne(old: string, make: Parameters<typeof everyStep>[0]): Promise<void> {
  const changed: boolean[] = []
  const steps = await everyStep(make, (home, step) => {
    // As the next start does.
    lockHome(home)[Symbol.dispose]()
    using place = shareHome(home)
    const { id } = place.secret().identity
    changed.push(id !== old)
    expect([step, place.roster.may(id, 'submit')]).toEqual([step, true])
    expect(place.roster.moves.current(old)).toBe(id)
  })
  expect(steps).toBeGreaterThan(10)
  // Once it is changed it stays so.
  expect(changed).toEqual(changed.toSorted((one, other) => Number(one) - Number(other)))
  expect(changed.at(-1)).toBe(true)
}

test('killed at any step, a home is a member with the old key or with the new one', async () => {
  await staysOne(ben.id, () => ({ home: memberHome(BEN, BEN_SHOWS), more: {} }))
}, 60_000)

test('and so is the home of an admin, whose new key has the owner’s word', async () => {
  const more = { configDir: ownersConfig() }
  await staysOne(ada.id, () => ({ home: memberHome(ADA, ADA_SHOWS), more }))
}, 60_000)
