// When teammates paused and resumed their work on a conversation: they snoozed it, and it woke up.
import { type Static, Type } from 'typebox'
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { ById, Nullable, named } from '#http/types.ts'
import type { Resource } from '#server.ts'
import { findConversation } from '../queries.ts'
import { listTurns, type TurnRow } from './queries.ts'

const Teammate = named(
  'teammate_reference',
  Type.Object({
    type: Type.Enum(['admin', 'team', 'bot']),
    id: Type.Integer(),
    name: Type.String(),
    email: Nullable(Type.String()),
  }),
)

const HandlingEvent = named(
  'handling_event',
  Type.Object({
    teammate: Teammate,
    type: Type.Enum(['paused', 'resumed']),
    timestamp: Type.String({ description: 'ISO 8601, UTC.' }),
    reason: Type.Optional(Nullable(Type.String())),
  }),
)
type HandlingEvent = Static<typeof HandlingEvent>

const HandlingEventList = named('handling_event_list', Type.Object({ handling_events: Type.Array(HandlingEvent) }))

function handlingEvents(app: App) {
  app.get(
    '/conversations/:id/handling_events',
    op('listHandlingEvents', {
      summary: 'List when teammates paused and resumed their work on a conversation',
      since: '2.15',
      scope: 'read_conversations',
      params: ById,
      response: HandlingEventList,
    }),
    async ({ workspace, params }) => {
      const { id } = found(await findConversation(workspace, params.id))
      return { handling_events: eventsOf(await listTurns(workspace, id)) }
    },
  )
}

/**
 * If a contact or the end of the time wakes the conversation, the teammate who paused it resumes. To close it ends the work:
 * that is no event.
 */
function eventsOf(turns: readonly TurnRow[]): HandlingEvent[] {
  const events: HandlingEvent[] = []
  let paused_by: HandlingEvent['teammate'] | undefined
  for (const turn of turns) {
    const teammate = teammateOf(turn) ?? paused_by
    if (!teammate) continue // Removed admins are in no event.
    if (turn.is_snoozed) {
      events.push({ teammate, type: 'paused', timestamp: iso(turn.at), reason: 'Snoozed' })
      paused_by = teammate
    } else if (turn.state === 'open') {
      events.push({ teammate, type: 'resumed', timestamp: iso(turn.at) })
    }
  }
  return events
}

const teammateOf = ({ admin_id, admin_name, admin_email }: TurnRow): HandlingEvent['teammate'] | undefined =>
  admin_id === null ? undefined : { type: 'admin', id: Number(admin_id), name: admin_name ?? '', email: admin_email }

const iso = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`

export default { group: 'Conversations', routes: handlingEvents } satisfies Resource
