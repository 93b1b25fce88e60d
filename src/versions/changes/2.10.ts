// What 2.10 changed.
import type { Change } from '../change.ts'

export const changes: Change[] = [
  {
    version: '2.10',
    why: 'An archived or deleted contact is called so by type, no longer by object.',
    response: {
      contact: (contact) =>
        'archived' in contact || 'deleted' in contact ? { ...contact, object: 'contact' } : contact,
    },
  },
]
