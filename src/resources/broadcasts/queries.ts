// The SQL to create, show and stop broadcasts.
import type { SendingChannel } from '#channels/channel.ts'
import { beyond, cursorValue, inOrder, type Order, type Page } from '#db/page.ts'
import { one, rowId, type Sql } from '#db/sql.ts'
import { insertedTemplateMessage } from '#resources/messages/fragments.ts'
import type { Query } from '#search/query.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { Audience } from './audience.ts'
import type { Parameter } from './parameters.ts'

export type BroadcastState = 'queued' | 'running' | 'paused' | 'completed' | 'canceled' | 'failed'

export type BroadcastRow = {
  id: string
  name: string | null
  admin_id: string
  channel: 'whatsapp'
  state: BroadcastState
  error_reason: string | null
  template: string
  locale: string
  components: object[]
  contact_count: number | null
  tag_id: string | null
  segment_id: string | null
  query: Query | null
  audience_count: number
  left_out: Record<string, number>
  statuses: Record<'queued' | 'sent' | 'delivered' | 'read' | 'failed', number>
  created_at: Date
  updated_at: Date
  cursor_value: string
}

/** `completed`: the whole audience is expanded and nothing is queued. A manual retry makes it `running` again. */
const columns = ({ sql }: Workspace) => sql`
  id, name, admin_id, channel, template, locale, broadcasts.components, audience_count, left_out, error_reason,
  case when state in ('queued', 'running') and due_at is null and (statuses ->> 'queued')::int = 0 then 'completed'
    else state end as state,
  jsonb_array_length(audience -> 'contact_ids') as contact_count, audience ->> 'tag_id' as tag_id,
  audience ->> 'segment_id' as segment_id,
  audience -> 'query' as query, statuses, broadcasts.created_at, updated_at`

const joined = ({ sql }: Workspace) => sql`
  cross join lateral (
    select template, locale from messages
    where messages.workspace_id = broadcasts.workspace_id and messages.id = broadcasts.id limit 1
  ) message
  cross join lateral (
    select json_build_object('queued', coalesce(sum(queued), 0), 'sent', coalesce(sum(sent), 0),
      'delivered', coalesce(sum(delivered), 0), 'read', coalesce(sum(read), 0), 'failed', coalesce(sum(failed), 0))
      as statuses
    from broadcast_tallies tallies
    where tallies.workspace_id = broadcasts.workspace_id and broadcast_id = broadcasts.id
  ) tallied`

export const findBroadcast = (workspace: Workspace, id: string) =>
  one(workspace.sql<BroadcastRow[]>`
    select ${columns(workspace)} from broadcasts ${joined(workspace)}
    where broadcasts.workspace_id = ${workspace.id} and id = ${rowId(id)}`)

export const listBroadcasts = (workspace: Workspace, order: Order, page: Page) =>
  workspace.sql<BroadcastRow[]>`
    select ${columns(workspace)}, cursor_value from (
      select *, ${cursorValue(workspace, order)} from broadcasts
      where workspace_id = ${workspace.id} and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}
    ) broadcasts ${joined(workspace)}
    order by broadcasts.created_at desc, id desc`

export const countBroadcasts = async (workspace: Workspace): Promise<number> => {
  const [{ count }] = await workspace.sql<[{ count: string }]>`
    select count(*) from broadcasts where workspace_id = ${workspace.id}`
  return Number(count)
}

export type NewBroadcast = {
  name: string | null
  admin_id: string
  channel: 'whatsapp'
  template: string
  locale: string
  components: object[]
  parameters: Parameter[]
  audience: Audience
  message: { components: object[]; body: string | null }
}

/**
 * Inserts the broadcast and its message. Returns undefined if the sender is not an admin. The conversation that the
 * message reserves is not used: each delivery has one of its own.
 */
export const insertBroadcast = (workspace: Workspace, broadcast: NewBroadcast) => {
  const { id: workspace_id, sql } = workspace
  const { admin_id, channel, template, locale, message } = broadcast
  const now = workspace.now()
  const json = (value: unknown) => sql`${JSON.stringify(value)}::text::jsonb`
  return one(sql<{ id: string }[]>`
    with message as (${insertedTemplateMessage(workspace, { admin_id, channel, template, locale, ...message })})
    insert into broadcasts (workspace_id, id, name, admin_id, channel, components, parameters, audience, created_at,
      updated_at)
    select ${workspace_id}, id, ${broadcast.name}, ${rowId(admin_id)}, ${channel}, ${json(broadcast.components)},
      ${json(broadcast.parameters)}, ${json(broadcast.audience)}, ${now}, ${now}
    from message returning id`)
}

/** Waits for a step that is running, and prevents further steps until the transaction ends. */
export const lockBroadcast = (workspace: Workspace, id: string) =>
  one(workspace.sql<{ id: string }[]>`
    select id from broadcasts where workspace_id = ${workspace.id} and id = ${rowId(id)} for no key update`)

/** Cancels the broadcasts that use a removed account. Their queued deliveries end in the background. */
export const endBroadcasts = (sql: Sql, workspace_id: string, channel: SendingChannel, at: Date) => sql`
  update broadcasts set state = 'canceled', ends_as = 'account_removed', due_at = now(), updated_at = ${at}
  where workspace_id = ${workspace_id} and channel = ${channel} and (state not in ('canceled', 'failed') or due_at is null)
    and (due_at is not null or exists (
      select from deliveries
      where workspace_id = ${workspace_id} and channel = ${channel} and broadcast_id = broadcasts.id
        and status = 'queued'))`

/** A canceled broadcast is due at once, because its queued deliveries have to be canceled. */
export const moveBroadcast = (workspace: Workspace, id: string, state: 'running' | 'paused' | 'canceled') =>
  workspace.sql`
    update broadcasts set state = ${state}, updated_at = ${workspace.now()},
      due_at = case when ${state} = 'canceled' then now() else due_at end
    where workspace_id = ${workspace.id} and id = ${id}`
