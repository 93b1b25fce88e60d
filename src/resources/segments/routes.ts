// Segments: listed, shown, and defined by a search. Intercom defines them in its web app.
import { Type } from 'typebox'
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { ById, Flag, NOTHING } from '#http/types.ts'
import type { Resource } from '#server.ts'
import { listSegments, loadSegments, type SegmentedNoun } from './compile.ts'
import { countSegments } from './count.ts'
import { demo } from './demo.ts'
import { listDefined, PERSON_TYPES } from './queries.ts'
import { changeSegment, createSegment, removeSegment } from './save.ts'
import {
  NewSegmentRequest,
  presentSegment,
  presentSetup,
  Segment,
  SegmentList,
  SegmentRequest,
  SegmentSetup,
  SegmentSetupList,
} from './schema.ts'

const ListQuery = Type.Object({ include_count: Type.Optional(Flag) })

/** The nouns that have segments. */
export type SegmentedNouns = { contacts: SegmentedNoun; companies?: SegmentedNoun }

function segments(app: App, { contacts, companies }: SegmentedNouns) {
  const nouns = companies ? [contacts, companies] : [contacts]

  app.get(
    '/segments',
    op('listSegments', {
      summary: 'List the segments of contacts: the built-in ones, then your own, oldest first',
      sdk: (client) => client.segments.list({ include_count: true }),
      scope: 'read_write_users',
      query: ListQuery,
      response: SegmentList,
    }),
    async ({ workspace, query: { include_count } }) => {
      const list = include_count ? countSegments : listSegments
      return { type: 'segment.list' as const, segments: (await list(workspace, contacts)).map(presentSegment) }
    },
  )

  app.get(
    '/segments/:id',
    op('retrieveSegment', {
      summary: 'Show a segment',
      sdk: (client) => client.segments.find({ segment_id: '6762f25c1bb69f9f2193bc22' }),
      scope: 'read_write_users',
      params: ById,
      response: Segment,
    }),
    async ({ workspace, params }) => {
      const all = (await Promise.all(nouns.map((noun) => listSegments(workspace, noun)))).flat()
      return presentSegment(found(all.find(({ id }) => id === params.id)))
    },
  )

  app.get(
    '/extensions/segments',
    op('listSegmentSetups', { summary: 'List the segments with their definitions', response: SegmentSetupList }),
    async ({ workspace }) => {
      const loaded = await Promise.all(nouns.map((noun) => loadSegments(workspace, noun)))
      return {
        type: 'list' as const,
        data: loaded.flatMap(({ segments, missingIn }) =>
          segments.map((segment) => presentSetup(segment, missingIn(segment))),
        ),
      }
    },
  )

  app.post(
    '/extensions/segments',
    op('createSegment', {
      summary: 'Define a segment by a search',
      refuses: [409],
      body: NewSegmentRequest,
      response: SegmentSetup,
    }),
    async ({ workspace, body }) => presentSetup(await createSegment(workspace, body, nouns), []),
  )

  app.put(
    '/extensions/segments/:id',
    op('updateSegment', {
      summary: 'Change the name or the search of a segment',
      refuses: [409],
      params: ById,
      body: SegmentRequest,
      response: SegmentSetup,
    }),
    async ({ workspace, params, body }) => {
      const { missing, segment } = await changeSegment(workspace, params.id, body, nouns)
      return presentSetup(segment, missing)
    },
  )

  app.delete(
    '/extensions/segments/:id',
    op('deleteSegment', { summary: 'Delete a segment', status: 204, refuses: [409], params: ById }),
    async ({ workspace, params }) => {
      await removeSegment(workspace, params.id, nouns)
      return NOTHING
    },
  )
}

export default (nouns: SegmentedNouns): Resource => ({
  group: 'Segments',
  routes: (app) => segments(app, nouns),
  kept_tables: ['segments'],
  given: async (workspace) =>
    (await listDefined(workspace, PERSON_TYPES)).map(({ id, name }) => ({ type: 'segment', id, name })),
  demo,
})
