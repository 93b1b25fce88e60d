// What a workspace has that no operation of Intercom's can make: tests need the ids.
import { Type } from 'typebox'
import { type App, op } from '#http/op.ts'
import { ListOf, named } from '#http/types.ts'
import type { Resource, Server } from '#server.ts'

const GivenObject = named(
  'given_object',
  Type.Object({
    type: Type.String({ description: 'As in the answers of its operations: admin, team, subscription, …' }),
    id: Type.String(),
    name: Type.String(),
  }),
)

function demo(app: App, { given }: Server) {
  app.get(
    '/extensions/demo',
    op('listGivenObjects', {
      summary: "List what no operation of Intercom's can make, with the ids",
      response: ListOf(GivenObject),
    }),
    async ({ workspace }) => {
      const data = []
      for (const list of given) data.push(...(await list(workspace)))
      return { type: 'list' as const, data }
    },
  )
}

export default { group: 'Sandbox', routes: demo } satisfies Resource
