// A session of Fin, and requests of another workspace that must not reach it.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    fin_session: string
  }
}

const message = { author: 'user', body: 'Hello' }

export default {
  needs: ['external_id'],
  provides: ['fin_session'],
  async create({ post, workspace: { id } }, { external_id }) {
    const conversation_id = `fin ${id}`
    await post('/fin/start', { conversation_id, message, user: { id: external_id } })
    return { fin_session: conversation_id }
  },
  attempts: {
    replyToFin: (their) => [
      ['POST /fin/reply', { conversation_id: their.fin_session, message, user: { id: their.external_id } }],
    ],
  },
  removals: {
    escalateFinConversation: (their) => [['POST /fin/escalate', { conversation_id: their.fin_session }]],
  },
  tested_elsewhere: [
    ...['startFinConversation', 'askFin', 'submitFinCsat', 'listFinCapabilities', 'streamFinEvents'],
    ...['getFinSettings', 'updateFinSettings'],
  ],
  ids: { conversation_id: ['fin_session'] },
} satisfies Fixture
