// The list of what happened to contacts.
import { setTimeout as wait } from 'node:timers/promises'
import { type Static, Type } from 'typebox'
import { badCursor, PageQuery, pageOf, UncountedPages } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { epoch, named } from '#http/types.ts'
import { defined } from '#lib/objects.ts'
import type { Resource } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type ActivityPosition, type ActivityRow, listActivities } from './activities-queries.ts'

const PAGE = { default: 50, max: 150 }

const ContactActivity = named(
  'contact_activity',
  Type.Object({
    type: Type.Literal('contact_activity'),
    id: Type.String(),
    event_type: Type.Enum([
      ...(['contact.created', 'contact.role_updated', 'contact.deleted', 'contact.merged'] as const),
      'contact.merge_failed',
    ]),
    contact_id: Type.String(),
    external_id: Type.Optional(Type.String()),
    role: Type.Optional(Type.String()),
    merge_source_id: Type.Optional(Type.String()),
    merge_target_id: Type.Optional(Type.String()),
    failure_reason: Type.Optional(Type.String()),
    created_at: Type.Integer(),
  }),
)

const ContactActivityList = named(
  'contact_activity_list',
  Type.Object({
    type: Type.Literal('list'),
    data: Type.Array(ContactActivity),
    pages: UncountedPages,
  }),
)

function routes(app: App) {
  app.get(
    '/contacts/activities',
    op('ListContactActivities', {
      summary: 'List what happened to contacts, oldest first',
      since: 'Preview',
      scope: 'read_write_users',
      query: PageQuery,
      response: ContactActivityList,
    }),
    async ({ workspace, query: { starting_after, ...size } }) => {
      const { per_page } = pageOf(size, PAGE)
      const after = starting_after ? readId(starting_after) : START
      const rows = await readActivities(workspace, after, per_page + 1)
      const shown = rows.slice(0, per_page)
      const last = rows.length > per_page ? shown.at(-1) : undefined
      return {
        type: 'list' as const,
        data: shown.map(presentActivity),
        pages: { type: 'pages' as const, per_page, next: last ? { starting_after: idOf(last) } : null },
      }
    },
  )
}

/** Open transactions are usually shorter. */
const LONGEST_WAIT_MS = 200
const PAUSE_MS = 10

/** Waits a moment for transactions that are about to end, so that a caller sees what it has just caused. */
async function readActivities(workspace: Workspace, after: ActivityPosition, limit: number): Promise<ActivityRow[]> {
  for (let waited = 0; ; waited += PAUSE_MS) {
    const rows = await listActivities(workspace, after, limit)
    const readable = rows.filter(({ is_readable }) => is_readable)
    if (readable.length === rows.length || waited >= LONGEST_WAIT_MS) return readable
    await wait(PAUSE_MS)
  }
}

/** An id is the time in milliseconds, a dot, and the position: 12 hex digits of the transaction, and 10 of the row. */
const idOf = ({ created_at, transaction_id, id }: ActivityRow): string =>
  `${created_at.getTime()}.${hex(transaction_id, 12)}${hex(id, 10)}`

const hex = (number: string, digits: number): string => BigInt(number).toString(16).padStart(digits, '0')

const START: ActivityPosition = { transaction_id: '0', id: '0' }

function readId(text: string): ActivityPosition {
  const [, transaction_id, id] = /^\d{1,15}\.([0-9a-f]{12})([0-9a-f]{10})$/.exec(text) ?? []
  if (!transaction_id || !id) throw badCursor()
  return { transaction_id: BigInt(`0x${transaction_id}`).toString(), id: BigInt(`0x${id}`).toString() }
}

const presentActivity = (activity: ActivityRow): Static<typeof ContactActivity> => {
  const { event_type, contact_id, created_at } = activity
  const { external_id, role, merge_source_id, merge_target_id, failure_reason } = activity
  const more = { external_id, role, merge_source_id, merge_target_id, failure_reason }
  const set = defined(Object.fromEntries(Object.entries(more).map(([name, value]) => [name, value ?? undefined])))
  return {
    ...{ type: 'contact_activity', id: idOf(activity), event_type, contact_id },
    ...set,
    created_at: epoch(created_at),
  } as Static<typeof ContactActivity>
}

export default { group: 'Contacts', routes } satisfies Resource
