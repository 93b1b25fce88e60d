// The admins of the demo, and requests of another workspace that must not reach them.
import { type Fixture, idOf } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    admin: string
    colleague: string
  }
}

export default {
  provides: ['admin', 'colleague'],
  async create({ created, workspace: { sql, id } }) {
    return {
      admin: created.admin_id,
      colleague: await idOf(
        sql<{ id: string }[]>`select id from admins where workspace_id = ${id} and name = 'Ben Brook'`,
      ),
    }
  },
  attempts: {
    retrieveAdmin: ({ admin }) => [[`GET /admins/${admin}`]],
    setAwayAdmin: (their, my) => {
      const away = { away_mode_enabled: true, away_mode_reassign: true }
      return [
        [`PUT /admins/${their.admin}/away`, away],
        [`PUT /admins/${my.admin}/away`, { ...away, away_status_reason_id: their.reason }],
      ]
    },
  },
  tested_elsewhere: ['createAdmin'],
  lists: { identifyAdmin: () => [['GET /me']], listAdmins: () => [['GET /admins']] },
} satisfies Fixture
