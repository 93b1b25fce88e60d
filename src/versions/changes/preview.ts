// What Preview changed.
import type { Change } from '../change.ts'

export const changes: Change[] = [
  {
    version: 'Preview',
    why: 'A data attribute tells a time from a date.',
    response: {
      data_attribute: (attribute) =>
        attribute['data_type'] === 'datetime' ? { ...attribute, data_type: 'date' } : attribute,
    },
  },
  {
    version: 'Preview',
    why: "A conversation's priority can be set.",
    request: { updateConversation: ({ priority: _priority, admin_id: _admin_id, ...body }) => body },
  },
]
