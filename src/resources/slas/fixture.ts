// An SLA, and requests of another workspace that must not reach it.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    sla: string
  }
}

export default {
  needs: ['team', 'conversation'],
  provides: ['sla'],
  async create({ post, workspace: { id } }) {
    return { sla: (await post('/extensions/slas', { name: `SLA of ${id}`, first_reply_time: 60 })).id }
  },
  attempts: {
    getSla: ({ sla }) => [[`GET /extensions/slas/${sla}`]],
    updateSla: ({ sla }) => [[`PUT /extensions/slas/${sla}`, { name: 'Mine' }]],
    applySla: (their, my) => [
      [`PUT /extensions/conversations/${their.conversation}/sla`, { sla_id: my.sla }],
      [`PUT /extensions/conversations/${my.conversation}/sla`, { sla_id: their.sla }],
    ],
  },
  removals: { deleteSla: ({ sla }) => [[`DELETE /extensions/slas/${sla}`]] },
  lists: { listSlas: () => [['GET /extensions/slas']] },
  tested_elsewhere: ['createSla'],
  ids: { slas: ['sla'], sla_id: ['sla'] },
} satisfies Fixture
