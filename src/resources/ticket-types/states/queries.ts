// The SQL of ticket states, and of which types have them.
import { one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { stateColumns } from './fragments.ts'

/** In the order in which a ticket usually has them. */
export const STATE_CATEGORIES = ['submitted', 'in_progress', 'waiting_on_customer', 'resolved'] as const
export type StateCategory = (typeof STATE_CATEGORIES)[number]

export type StateRow = {
  id: string
  category: StateCategory
  /** What the team reads. */
  internal_label: string
  /** What contacts read. */
  external_label: string
  /** The one of its category that every type has. */
  is_default: boolean
  /** Tickets keep an archived state, but none can get it. */
  archived: boolean
}

/** A ticket type without its attributes and states. */
export type TypeSummary = {
  id: string
  name: string
  description: string
  icon: string
  archived: boolean
  is_internal: boolean
  category: 'Customer' | 'Back-office' | 'Tracker'
}

export type StateOfTypes = StateRow & {
  /** Oldest first, archived ones too. */
  ticket_types: TypeSummary[]
}

export type StateSettings = Pick<StateRow, 'category' | 'internal_label' | 'external_label' | 'archived'>

const columns = (workspace: Workspace) => workspace.sql`
  ${stateColumns(workspace)},
  (
    select coalesce(json_agg(json_build_object('id', types.id::text, 'name', name, 'description', coalesce(description, ''),
      'icon', icon, 'archived', types.archived, 'is_internal', is_internal, 'category', types.category) order by types.id), '[]')
    from ticket_type_states has
    join ticket_types types on types.workspace_id = has.workspace_id and types.id = has.ticket_type_id
    where has.workspace_id = ${workspace.id} and has.ticket_state_id = states.id
  ) as ticket_types`

/** Returns all states, oldest first. */
export const listStates = (workspace: Workspace) => workspace.sql<StateOfTypes[]>`
  select ${columns(workspace)} from ticket_states states where workspace_id = ${workspace.id} order by states.id`

export const findState = (workspace: Workspace, id: string) =>
  one(workspace.sql<StateOfTypes[]>`
    select ${columns(workspace)} from ticket_states states
    where workspace_id = ${workspace.id} and states.id = ${rowId(id)}`)

/** Locks the list of states until the transaction ends, and returns their number. */
export async function lockAndCountStates({ sql, id }: Workspace): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`ticket states ${id}`}, 0))`
  const [{ count }] = await sql<[{ count: number }]>`
    select count(*)::integer as count from ticket_states where workspace_id = ${id}`
  return count
}

/** Locks the state and its types until the transaction ends: no ticket can get it meanwhile. */
export async function lockState(workspace: Workspace, id: string): Promise<StateOfTypes | undefined> {
  const { sql } = workspace
  const { count } = await sql`
    select from ticket_states where workspace_id = ${workspace.id} and id = ${rowId(id)} for update`
  if (!count) return undefined
  await sql`
    select from ticket_type_states where workspace_id = ${workspace.id} and ticket_state_id = ${id} for update`
  return findState(workspace, id)
}

export const insertState = async (workspace: Workspace, state: StateSettings): Promise<string> => {
  const [{ id }] = await workspace.sql<[{ id: string }]>`
    insert into ticket_states (workspace_id, category, internal_label, external_label, archived, created_at, updated_at)
    values (${workspace.id}, ${state.category}, ${state.internal_label}, ${state.external_label}, ${state.archived},
      ${workspace.now()}, ${workspace.now()})
    returning id`
  return id
}

export const updateState = (workspace: Workspace, id: string, state: StateSettings) => workspace.sql`
  update ticket_states set category = ${state.category}, internal_label = ${state.internal_label},
    external_label = ${state.external_label}, archived = ${state.archived}, updated_at = ${workspace.now()}
  where workspace_id = ${workspace.id} and id = ${id}`

/** Gives a new type the default states. */
export const insertDefaultStates = ({ sql, id }: Workspace, ticket_type_id: string) => sql`
  insert into ticket_type_states (workspace_id, ticket_type_id, ticket_state_id)
  select workspace_id, ${ticket_type_id}, id from ticket_states where workspace_id = ${id} and is_default`

/** Those of the types that do not exist are left out. Returns the ids of the others. */
export async function addTypes({ sql, id }: Workspace, state_id: string, type_ids: readonly string[]) {
  const rows = await sql<{ id: string }[]>`
    with existing as (
      select id from ticket_types
      where workspace_id = ${id} and id = any(${type_ids.map(rowId) as string[]}::bigint[])
      for key share
    ), added as (
      insert into ticket_type_states (workspace_id, ticket_type_id, ticket_state_id)
      select ${id}, id, ${state_id} from existing
      on conflict do nothing
    )
    select id from existing`
  return rows.map((row) => row.id)
}

export const removeTypes = ({ sql, id }: Workspace, state_id: string, type_ids: readonly string[]) => sql`
  delete from ticket_type_states
  where workspace_id = ${id} and ticket_state_id = ${state_id}
    and ticket_type_id = any(${type_ids as string[]}::bigint[])`

/** Returns those of the types that have tickets in the state. */
export async function typesWithTickets({ sql, id }: Workspace, state_id: string, type_ids: readonly string[]) {
  const rows = await sql<{ id: string }[]>`
    select id from unnest(${type_ids as string[]}::bigint[]) as type (id)
    where exists (
      select from conversations
      where workspace_id = ${id} and ticket_type_id = type.id and ticket_state_id = ${state_id})
    order by id`
  return rows.map((row) => row.id)
}
