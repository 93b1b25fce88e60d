// What 2.11 changed.
import type { Change } from '../change.ts'

export const changes: Change[] = [
  {
    version: '2.11',
    why: 'A new data attribute may no longer be set by a messenger unless that is asked for.',
    request: { createDataAttribute: (body) => ({ messenger_writable: true, ...body }) },
  },
]
