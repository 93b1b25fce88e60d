// What 2.8 changed.
import { changesIn } from '../change.ts'
import { without } from '../fields.ts'

export const changes = changesIn('2.8', {
  'admins-have-team-priority-levels': {
    why: 'An admin gained team_priority_level.',
    answers: {
      admin: without('team_priority_level'),
      admin_away: without('team_priority_level'),
      note_author: without('team_priority_level'),
    },
  },
  'teams-have-admin-priority-levels': {
    why: 'A load-balanced team gained admin_priority_level.',
    answers: { team: without('admin_priority_level') },
  },
})
