// A visitor, and requests of another workspace that must not reach it.
import { type Fixture, idOf } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    visitor: string
    visitor_user_id: string
  }
}

export default {
  needs: ['survivor'],
  provides: ['visitor', 'visitor_user_id'],
  async create({ post, workspace: { id, sql } }) {
    const { visitor_id } = await post('/extensions/messenger/sessions', { app_id: id })
    const visitor = await idOf(sql<{ id: string }[]>`
      select id from visitors where workspace_id = ${id} and user_id = ${visitor_id}`)
    return { visitor, visitor_user_id: visitor_id }
  },
  attempts: {
    retrieveVisitorWithUserId: ({ visitor_user_id }) => [[`GET /visitors?user_id=${visitor_user_id}`]],
    updateVisitor: ({ visitor, visitor_user_id }) => [
      ['PUT /visitors', { id: visitor, name: 'x' }],
      ['PUT /visitors', { user_id: visitor_user_id, name: 'x' }],
    ],
  },
  removals: {
    convertVisitor: (their) => [['POST /visitors/convert', { type: 'lead', visitor: { id: their.visitor } }]],
  },
  ids: { visitor: ['visitor'], user_id: ['external_id', 'visitor_user_id'] },
} satisfies Fixture
