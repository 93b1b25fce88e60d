// An activity: an admin goes away. The lists of another workspace must not have it.
import type { Fixture } from '../../../test/fixture.ts'

export default {
  provides: [],
  tested_elsewhere: ['listActivityLogEventTypes'],
  async create({ call, created: { admin_id } }) {
    await call(`PUT /admins/${admin_id}/away`, { away_mode_enabled: true, away_mode_reassign: false })
    await call(`PUT /admins/${admin_id}/away`, { away_mode_enabled: false, away_mode_reassign: false })
    return {}
  },
  lists: {
    listActivityLogs: () => [['GET /admins/activity_logs?created_at_after=0']],
    searchActivityLogs: () => [['POST /admins/activity_logs/search', { created_at_after: 0 }]],
  },
} satisfies Fixture
