/** What to share of a run, for how long, with how many; first looked at, then made. */

import { useEffect, useRef, useState } from 'preact/hooks'
import { ApiError, get, send } from '../api.ts'
import { useLoad } from '../load.ts'
import { Failure, Loading } from '../parts/states.tsx'
import { Gantt } from './gantt.tsx'
import { ShareLink } from './share-link.tsx'
import './share.css'
import { ErrorMessages, Steps } from './steps.tsx'
import type { NewShare, Profile, ShownRun } from './types.ts'

interface Choice {
  readonly name: string
  readonly about: string
}

const CHOICES: Readonly<Record<Profile, Choice>> = {
  shape: {
    name: 'Shape only',
    about: 'Kinds, times and how it ended. Agents are letters; no names, no costs.'
  },
  names: {
    name: 'With names',
    about:
      'Names of agents and steps (often those of models and tools), tokens and cost as well. No ' +
      'errors, no attributes.'
  },
  'full-metadata': {
    name: 'All metadata',
    about: 'Errors, models, tools and some listed attributes as well.'
  }
}
const PROFILES = Object.keys(CHOICES) as readonly Profile[]

const LIVES = [
  ['1', '1 hour'],
  ['24', '1 day'],
  ['168', '7 days'],
  ['720', '30 days'],
  ['2160', '90 days']
] as const
const WEEK = '168'

interface DialogProps {
  readonly trace: string
  readonly close: () => void
}

export function ShareDialog({ trace, close }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [profile, setProfile] = useState<Profile>('names')
  const [busy, setBusy] = useState(false)
  const [made, setMade] = useState<NewShare>()
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog class="share-dialog" ref={dialog} onClose={close} aria-labelledby="share-title">
      <h2 id="share-title">Share this run</h2>
      <p>
        Whoever has the link sees the timeline, without a key. Inputs, outputs, prompts and state
        are never shown. What the run does later is shown too, the same way.
      </p>
      {made === undefined ? (
        <>
          <ProfileChoice {...{ profile, setProfile, busy }} />
          <Preview {...{ trace, profile }} />
          <Making {...{ trace, profile, busy, setBusy, setMade }} />
        </>
      ) : (
        <ShareLink made={made} shown={CHOICES[made.profile].name} />
      )}
      <p class="row">
        <button type="button" onClick={() => dialog.current?.close()}>
          {made === undefined ? 'Cancel' : 'Done'}
        </button>
      </p>
    </dialog>
  )
}

interface ProfileProps {
  readonly busy: boolean
  readonly profile: Profile
  readonly setProfile: (profile: Profile) => void
}

function ProfileChoice({ profile, setProfile, busy }: ProfileProps) {
  return (
    <fieldset disabled={busy}>
      <legend>What others see</legend>
      {PROFILES.map((one) => (
        <label class="share-choice" key={one}>
          <input
            type="radio"
            name="profile"
            checked={profile === one}
            onChange={() => setProfile(one)}
          />
          <span>
            {CHOICES[one].name}
            <span class="muted"> · {CHOICES[one].about}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}

interface Of {
  readonly trace: string
  readonly profile: Profile
}

/** Not told what others will see, but shown it: the same data, drawn the same way. */
function Preview({ trace, profile }: Of) {
  const { value, error, again } = useLoad(`${trace} ${profile}`, (signal) =>
    get<ShownRun>(`/api/v1/traces/${trace}/preview`, { profile }, signal)
  )
  if (error) return <Failure what="The preview" error={error} again={again} />
  if (value === undefined) return <Loading what="the preview" rows={3} />
  return (
    <figure>
      <Gantt run={value} />
      <figcaption class="muted">
        Others see {value.name === null ? 'no name' : <bdi>“{value.name}”</bdi>}; where the link is
        pasted its preview says “{value.title}”.
      </figcaption>
      <ErrorMessages run={value} />
      {profile === 'full-metadata' && (
        <details>
          <summary>Every step</summary>
          <Steps run={value} plain />
        </details>
      )}
    </figure>
  )
}

interface MakingProps extends Of {
  readonly busy: boolean
  readonly setBusy: (busy: boolean) => void
  readonly setMade: (made: NewShare) => void
}

function Making({ trace, profile, busy, setBusy, setMade }: MakingProps) {
  const [hours, setHours] = useState<string>(WEEK)
  const [most, setMost] = useState('')
  const [error, setError] = useState<string>()
  const make = async (event: Event): Promise<void> => {
    event.preventDefault()
    setBusy(true)
    setError(undefined)
    try {
      const views = most === '' ? {} : { maxViews: Number(most) }
      const wanted = { trace, profile, hours: Number(hours), ...views }
      setMade(await send<NewShare>('POST', '/api/v1/shares', wanted))
    } catch (thrown) {
      setError(thrown instanceof ApiError ? thrown.message : String(thrown))
      setBusy(false)
    }
  }
  return (
    <form class="making" onSubmit={(event) => void make(event)}>
      <label class="share-field">
        Ends after
        <select value={hours} onChange={({ currentTarget }) => setHours(currentTarget.value)}>
          {LIVES.map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label class="share-field">
        Views at most (empty: any)
        <input
          type="number"
          min={1}
          max={1_000_000}
          step={1}
          value={most}
          onInput={({ currentTarget }) => setMost(currentTarget.value)}
        />
      </label>
      <button type="submit" class="main" disabled={busy}>
        Create the link
      </button>
      <a href={`/api/v1/traces/${trace}/file?profile=${profile}`} download>
        Download as a file
      </a>
      {error !== undefined && (
        <p class="failure" role="alert">
          {error}
        </p>
      )}
    </form>
  )
}
