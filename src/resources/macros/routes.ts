// Macros, the saved replies of a team: read as Intercom's API shows them, and written as in Intercom's web app.
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { ById, NOTHING } from '#http/types.ts'
import type { Resource } from '#server.ts'
import { demo } from './demo.ts'
import { pageOfMacros } from './list.ts'
import { deleteMacro, findMacro, listAllMacros } from './queries.ts'
import { changeMacro, createMacro } from './save.ts'
import { Macro, MacroList, MacroQuery, MacroRequest, NewMacroRequest, presentMacro } from './schema.ts'

const since = '2.16'
const scope = 'read_conversations'
const NOT_FOUND = 'Macro not found'

function macros(app: App) {
  app.get(
    '/macros',
    op('listMacros', {
      summary: 'List the macros that you may see, last updated first',
      ...{ since, scope },
      query: MacroQuery,
      response: MacroList,
    }),
    async ({ workspace, query }) => pageOfMacros(workspace, query),
  )

  app.get(
    '/macros/:id',
    op('getMacro', {
      summary: 'Show a macro',
      ...{ since, scope },
      params: ById,
      response: Macro,
    }),
    async ({ workspace, params }) => presentMacro(found(await findMacro(workspace, params.id), NOT_FOUND)),
  )

  app.post(
    '/extensions/macros',
    op('createMacro', { summary: 'Create a macro', body: NewMacroRequest, response: Macro }),
    async ({ workspace, body }) => presentMacro(await createMacro(workspace, body)),
  )

  app.put(
    '/extensions/macros/:id',
    op('updateMacro', { summary: 'Change a macro', params: ById, body: MacroRequest, response: Macro }),
    async ({ workspace, params, body }) => presentMacro(await changeMacro(workspace, params.id, body)),
  )

  app.delete(
    '/extensions/macros/:id',
    op('deleteMacro', { summary: 'Delete a macro', status: 204, params: ById }),
    async ({ workspace, params }) => {
      found(await deleteMacro(workspace, params.id), NOT_FOUND)
      return NOTHING
    },
  )
}

export default {
  group: 'Macros',
  routes: macros,
  kept_tables: ['macros'],
  demo,
  given: async (workspace) => (await listAllMacros(workspace)).map(({ id, name }) => ({ type: 'macro', id, name })),
} satisfies Resource
