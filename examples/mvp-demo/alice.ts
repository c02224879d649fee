/** Alice offers a skill, and works for Bob alone. */

import { act, partOf } from './actor.ts'

const skill = import.meta.resolve('../skills/analyse-text.ts')

await act({ skills: [skill], allow: [partOf().bob], capacity: 1 }, async () => {})
