// A macro, and requests of another workspace that must not reach it.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    macro: string
  }
}

export default {
  needs: ['team', 'conversation'],
  provides: ['macro'],
  async create({ post, workspace: { id } }, { team }) {
    const body = `<p>Hi {{user.name | fallback: '${id}'}}</p>`
    const teams = { visible_to: 'specific_teams', visible_to_team_ids: [team] }
    const macro = await post('/extensions/macros', { name: `Macro of ${id}`, body, ...teams })
    return { macro: macro.id }
  },
  attempts: {
    getMacro: ({ macro }) => [[`GET /macros/${macro}`]],
    createMacro: ({ team }) => [
      ['POST /extensions/macros', { name: 'x', visible_to: 'specific_teams', visible_to_team_ids: [team] }],
    ],
    updateMacro: (their, my) => [
      [`PUT /extensions/macros/${their.macro}`, { name: 'Mine' }],
      [
        `PUT /extensions/macros/${my.macro}`,
        { visible_to: 'specific_teams', visible_to_team_ids: [my.team, their.team] },
      ],
    ],
    fillMacro: (their, my) => [
      [`GET /extensions/conversations/${their.conversation}/macros/${my.macro}`],
      [`GET /extensions/conversations/${my.conversation}/macros/${their.macro}`],
    ],
  },
  removals: { deleteMacro: ({ macro }) => [[`DELETE /extensions/macros/${macro}`]] },
  lists: { listMacros: () => [['GET /macros?per_page=150']] },
  ids: { macros: ['macro'] },
} satisfies Fixture
