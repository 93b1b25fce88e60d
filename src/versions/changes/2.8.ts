// What 2.8 changed.
import type { Change } from '../change.ts'

export const changes: Change[] = [
  {
    version: '2.8',
    why: 'An admin gained team_priority_level.',
    response: { admin: ({ team_priority_level: _, ...admin }) => admin },
  },
]
