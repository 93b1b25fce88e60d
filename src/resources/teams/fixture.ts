// A team of the demo, and requests of another workspace that must not reach it.
import { type Fixture, idOf } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    team: string
  }
}

export default {
  provides: ['team'],
  async create({ workspace: { sql, id } }) {
    return {
      team: await idOf(sql<{ id: string }[]>`select id from teams where workspace_id = ${id} order by id limit 1`),
    }
  },
  attempts: {
    retrieveTeam: ({ team }) => [[`GET /teams/${team}`]],
    getTeamMetrics: ({ team }) => [[`GET /teams/${team}/metrics`]],
    updateTeamMembers: (their, my) => [
      [`PUT /teams/${their.team}`, { admin_ids: [my.admin] }],
      [`PUT /teams/${my.team}`, { admin_ids: [their.admin] }],
    ],
    createTeam: ({ admin }) => [['POST /extensions/teams', { name: 'Theirs', admin_ids: [admin] }]],
    getTeamAssignment: ({ team }) => [[`GET /extensions/teams/${team}/assignment`]],
    updateTeamAssignment: (their, my) => [
      [`PUT /extensions/teams/${their.team}/assignment`, { distribution_method: 'manual' }],
      [
        `PUT /extensions/teams/${my.team}/assignment`,
        { distribution_method: 'balanced', member_limits: [{ admin_id: their.admin, limit: 1 }] },
      ],
      [`PUT /extensions/teams/${my.team}/assignment`, { sla_id: their.sla }],
    ],
    updateTeamSettings: ({ team }) => [[`PUT /extensions/teams/${team}`, { name: 'Mine' }]],
  },
  lists: { listTeams: () => [['GET /teams']] },
  ids: { team_id: ['team'] },
} satisfies Fixture
