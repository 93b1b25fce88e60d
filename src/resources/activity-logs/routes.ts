// The activity log: what admins did, listed and searched.

import { type Static, Type } from 'typebox'
import { invalid, missing } from '#http/errors.ts'
import { NumberedPageQuery, numberedPageOf } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { Epoch, fromEpoch } from '#http/types.ts'
import type { Resource } from '#server.ts'
import { pageOfActivities } from './queries.ts'
import { ActivityList, ActivitySearch, ActivityTypeList, presentActivities } from './schema.ts'
import { activityEvents } from './topics.ts'
import { ACTIVITY_TYPES, type ActivityType } from './types.ts'

const ListQuery = Type.Object({
  created_at_after: Type.Optional(Epoch),
  created_at_before: Type.Optional(Epoch),
  ...NumberedPageQuery.properties,
})

const PAGE = { default: 20, max: 250 }
const DEFAULT_SEARCH_DAYS = 30
const DAY_MS = 24 * 60 * 60 * 1000

function activityLogs(app: App) {
  app.get(
    '/admins/activity_logs',
    op('listActivityLogs', {
      summary: 'List what admins did, newest first',
      sdk: (client) => client.admins.listAllActivityLogs({ created_at_after: '1677253093' }),
      scope: 'read_admins',
      query: ListQuery,
      response: ActivityList,
    }),
    async ({ workspace, query }) => {
      if (query.created_at_after === undefined) throw missing('created_at_after is required')
      const page = numberedPageOf(query, PAGE)
      const filter = { ...timesOf(query, new Date(0)), types: undefined }
      return presentActivities(page, await pageOfActivities(workspace, page, filter))
    },
  )

  app.post(
    '/admins/activity_logs/search',
    op('searchActivityLogs', {
      summary: 'Search what admins did, by type',
      since: '2.16',
      scope: 'read_admins',
      runs: 'read',
      body: ActivitySearch,
      response: ActivityList,
    }),
    async ({ workspace, body }) => {
      const page = numberedPageOf(pageIn(body), PAGE)
      const recent = new Date(workspace.now().getTime() - DEFAULT_SEARCH_DAYS * DAY_MS)
      const filter = { ...timesOf(body, recent), types: typesIn(body.event_types) }
      return presentActivities(page, await pageOfActivities(workspace, page, filter))
    },
  )

  app.get(
    '/admins/activity_log_event_types',
    op('listActivityLogEventTypes', {
      summary: 'List the types of activities',
      since: '2.16',
      scope: 'read_admins',
      response: ActivityTypeList,
    }),
    async () => ({ type: 'activity_log_event_type.list' as const, event_types: [...ACTIVITY_TYPES] }),
  )
}

type Search = Static<typeof ActivitySearch>

const pageIn = ({ page, per_page, starting_after }: Search) => ({
  ...(page !== undefined && { page }),
  ...(per_page !== undefined && { per_page }),
  ...(starting_after != null && { starting_after }),
})

function timesOf({ created_at_after, created_at_before }: Search, earliest: Date) {
  return {
    after: created_at_after == null ? earliest : fromEpoch(Number(created_at_after)),
    before: created_at_before == null ? undefined : endOf(Number(created_at_before)),
  }
}

/** Times on the wire have no milliseconds: the whole second counts. */
const endOf = (seconds: number): Date => new Date(seconds * 1000 + 999)

function typesIn(given: readonly string[] | null | undefined): ActivityType[] | undefined {
  if (!given?.length) return undefined
  const unknown = given.find((type) => !ACTIVITY_TYPES.includes(type as ActivityType))
  if (unknown !== undefined) throw invalid(`event_types has an unknown type: ${unknown}`)
  return given as ActivityType[]
}

export default { group: 'Admins', routes: activityLogs, events: activityEvents } satisfies Resource
