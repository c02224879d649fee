/** Who asks, and what it may: so that a page can say what it may not, before it is tried. */

import { me } from '../answers-network.ts'
import { defineRoute } from '../route.ts'

export const meRoute = defineRoute({
  ...{ method: 'GET', path: '/api/v1/me', scope: 'read', group: 'The door' },
  summary: 'Who asks, and with which scopes',
  answer: me,
  handle: ({ caller: { name, by, scopes } }) => ({ name, by, scopes })
})
