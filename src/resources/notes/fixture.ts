// A note on a contact, and what another workspace may not do with it.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    note: string
  }
}

export default {
  needs: ['user'],
  provides: ['note'],
  async create({ post, workspace: { id } }, { user }) {
    const note = await post(`/contacts/${user}/notes`, { body: `Note of ${id}` })
    return { note: note.id }
  },
  attempts: {
    retrieveNote: ({ note }) => [[`GET /notes/${note}`]],
    listNotes: ({ user }) => [[`GET /contacts/${user}/notes`]],
    createNote: (their, my) => [
      [`POST /contacts/${their.user}/notes`, { body: 'x' }],
      [`POST /contacts/${my.user}/notes`, { body: 'x', admin_id: their.admin }],
    ],
  },
  ids: { notes: ['note'] },
} satisfies Fixture
