// Audiences: created, changed, listed and deleted.

import { found } from '#http/errors.ts'
import { FlatPageQuery, numberedPageOf, presentFlatPage } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById, NOTHING } from '#http/types.ts'
import type { Resource } from '#server.ts'
import { demo } from './demo.ts'
import { findAudience, pageOfAudiences } from './queries.ts'
import { changeAudience, createAudience, type ForgetAudience, removeAudience } from './save.ts'
import { Audience, AudienceList, AudienceRequest, presentAudience } from './schema.ts'
import { audienceEvents } from './topics.ts'

const reads = { since: '2.16', scope: 'read_audiences' } as const
const writes = { since: '2.16', scope: 'write_content' } as const

const AUDIENCES_PAGE = { default: 50, max: 50 }

function audiences(app: App, forget: readonly ForgetAudience[]) {
  app.get(
    '/audiences',
    op('listAudiences', {
      summary: 'List the audiences, oldest first',
      ...reads,
      query: FlatPageQuery,
      response: AudienceList,
    }),
    async ({ workspace, query }) => {
      const page = numberedPageOf(query, AUDIENCES_PAGE)
      return presentFlatPage(page, await pageOfAudiences(workspace, page), presentAudience)
    },
  )

  app.post(
    '/audiences',
    op('createAudience', {
      summary: 'Create an audience',
      ...writes,
      status: 201,
      refuses: [422],
      body: AudienceRequest,
      response: Audience,
    }),
    async ({ workspace, body }) => presentAudience(await createAudience(workspace, body)),
  )

  app.get(
    '/audiences/:id',
    op('retrieveAudience', { summary: 'Show an audience', ...reads, params: ById, response: Audience }),
    async ({ workspace, params }) => presentAudience(found(await findAudience(workspace, params.id))),
  )

  app.put(
    '/audiences/:id',
    op('updateAudience', {
      summary: 'Change an audience',
      ...writes,
      refuses: [422],
      params: ById,
      body: AudienceRequest,
      response: Audience,
    }),
    async ({ workspace, params, body }) => presentAudience(await changeAudience(workspace, params.id, body)),
  )

  app.delete(
    '/audiences/:id',
    op('deleteAudience', {
      summary: 'Delete an audience, and take it out of all content',
      ...writes,
      status: 204,
      params: ById,
    }),
    async ({ workspace, params }) => {
      await removeAudience(workspace, params.id, forget)
      return NOTHING
    },
  )
}

/** `forget` takes a deleted audience out of the content that names it. */
export default ({ forget }: { forget: readonly ForgetAudience[] }): Resource => ({
  group: 'Audiences',
  routes: (app) => audiences(app, forget),
  events: audienceEvents,
  demo,
})
