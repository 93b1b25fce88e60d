// The SQL of ticket types. A type is read with its attributes and states.
import { one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { attributesOfType } from './attributes/fragments.ts'
import { type AttributeRow, insertDefaultAttributes } from './attributes/queries.ts'
import { statesOfType } from './states/fragments.ts'
import { insertDefaultStates, type StateRow } from './states/queries.ts'

export const CATEGORIES = ['Customer', 'Back-office', 'Tracker'] as const
export type Category = (typeof CATEGORIES)[number]

export type TicketTypeRow = {
  id: string
  name: string
  description: string
  icon: string
  category: Category
  is_internal: boolean
  archived: boolean
  created_at: Date
  updated_at: Date
  /** In their order, archived ones too. */
  attributes: AttributeRow[]
  /** Oldest first, archived ones too. */
  states: StateRow[]
}

export type TicketTypeSettings = Pick<
  TicketTypeRow,
  'name' | 'description' | 'icon' | 'category' | 'is_internal' | 'archived'
>

const columns = (workspace: Workspace) => workspace.sql`
  types.id, types.name, coalesce(types.description, '') as description, icon, category, is_internal, archived, created_at, updated_at,
  ${attributesOfType(workspace, workspace.sql`types.id`)} as attributes,
  ${statesOfType(workspace, workspace.sql`types.id`)} as states`

export const findTicketType = (workspace: Workspace, id: string) =>
  one(workspace.sql<TicketTypeRow[]>`
    select ${columns(workspace)} from ticket_types types
    where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

/** Returns all types, or those with the ids; oldest first. */
export const listTicketTypes = (workspace: Workspace, ids?: readonly string[]) =>
  workspace.sql<TicketTypeRow[]>`
    select ${columns(workspace)} from ticket_types types
    where workspace_id = ${workspace.id}
      and ${ids ? workspace.sql`id = any(${ids.map(rowId)}::bigint[])` : workspace.sql`true`}
    order by id`

/** Locks the type until the transaction ends, so that the second of two concurrent changes sees the first. */
export async function lockTicketType(workspace: Workspace, id: string): Promise<TicketTypeRow | undefined> {
  const { count } = await workspace.sql`
    select from ticket_types where workspace_id = ${workspace.id} and id = ${rowId(id)} for update`
  return count ? findTicketType(workspace, id) : undefined
}

/**
 * Keeps the category of a type, and that it has the state, until the transaction ends. Call it before a ticket gets them.
 * Returns false if the type does not have the state, or the state is archived.
 */
export const holdTypeAndState = async (
  { sql, id }: Workspace,
  ticket_type_id: string,
  ticket_state_id: string,
): Promise<boolean> =>
  (
    await sql`
      select from ticket_types types
      join ticket_type_states has on has.workspace_id = types.workspace_id and has.ticket_type_id = types.id
      join ticket_states states on states.workspace_id = has.workspace_id and states.id = has.ticket_state_id
      where types.workspace_id = ${id} and types.id = ${rowId(ticket_type_id)}
        and has.ticket_state_id = ${rowId(ticket_state_id)} and not states.archived
      for share`
  ).count > 0

/** Locks the list of types until the transaction ends, and returns their number. */
export async function lockAndCountTicketTypes({ sql, id }: Workspace): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`ticket types ${id}`}, 0))`
  const [{ count }] = await sql<[{ count: number }]>`
    select count(*)::integer as count from ticket_types where workspace_id = ${id}`
  return count
}

/** The type gets the default attributes and states. */
export async function insertTicketType(workspace: Workspace, type: TicketTypeSettings): Promise<TicketTypeRow> {
  const { sql, id } = workspace
  const [{ id: ticket_type_id }] = await sql<[{ id: string }]>`
    insert into ticket_types
      (workspace_id, name, description, icon, category, is_internal, archived, created_at, updated_at)
    values (${id}, ${type.name}, ${type.description}, ${type.icon}, ${type.category}, ${type.is_internal},
      ${type.archived}, ${workspace.now()}, ${workspace.now()})
    returning id`
  await insertDefaultAttributes(workspace, ticket_type_id)
  await insertDefaultStates(workspace, ticket_type_id)
  return (await findTicketType(workspace, ticket_type_id)) as TicketTypeRow
}

export const updateTicketType = (workspace: Workspace, id: string, type: TicketTypeSettings) =>
  one(workspace.sql<TicketTypeRow[]>`
    update ticket_types types set name = ${type.name}, description = ${type.description}, icon = ${type.icon},
      category = ${type.category}, is_internal = ${type.is_internal}, archived = ${type.archived},
      updated_at = ${workspace.now()}
    where workspace_id = ${workspace.id} and id = ${id}
    returning ${columns(workspace)}`) as Promise<TicketTypeRow>

export const hasTickets = async ({ sql, id }: Workspace, ticket_type_id: string): Promise<boolean> =>
  (
    await sql`
      select from conversations where workspace_id = ${id} and ticket_type_id = ${ticket_type_id} limit 1`
  ).count > 0
