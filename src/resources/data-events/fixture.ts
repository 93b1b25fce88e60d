// An event of a contact, and requests of another workspace that must not reach it.
import type { Fixture } from '../../../test/fixture.ts'

const event = { event_name: 'placed-order', created_at: 1_700_000_000 }

export default {
  needs: ['user', 'external_id'],
  async create({ call }, { user }) {
    await call('POST /events', { ...event, id: user })
    return {}
  },
  attempts: {
    createDataEvent: ({ user }) => [['POST /events', { ...event, id: user }]],
    lisDataEvents: ({ user }) => [[`GET /events?type=user&intercom_user_id=${user}`]],
    dataEventSummaries: ({ external_id }) => [
      ['POST /events/summaries', { user_id: external_id, event_summaries: event }],
    ],
  },
} satisfies Fixture
