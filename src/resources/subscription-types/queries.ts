// The SQL of subscription types, and of what contacts chose.
import { one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type Translation = { name: string; description: string; locale: string }

export type SubscriptionTypeRow = {
  id: string
  consent_type: 'opt_out' | 'opt_in'
  state: 'live' | 'draft' | 'archived'
  content_types: ('email' | 'sms_message')[]
  /** At least one; the first is the default. */
  translations: [Translation, ...Translation[]]
}

const columns = ({ sql }: Workspace) => sql`types.id, consent_type, state, content_types, translations`

export const listSubscriptionTypes = (workspace: Workspace) => workspace.sql<SubscriptionTypeRow[]>`
  select ${columns(workspace)} from subscription_types types where workspace_id = ${workspace.id} order by id`

export const findSubscriptionType = (workspace: Workspace, id: string) =>
  one(workspace.sql<SubscriptionTypeRow[]>`
    select ${columns(workspace)} from subscription_types types
    where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

/** Locks the type until the transaction ends. */
export const lockSubscriptionType = (workspace: Workspace, id: string) =>
  one(workspace.sql<SubscriptionTypeRow[]>`
    select ${columns(workspace)} from subscription_types types
    where workspace_id = ${workspace.id} and id = ${rowId(id)} for update`)

/** Locks the types of the workspace until the transaction ends, and returns their number. */
export const countTypesLocked = async (workspace: Workspace): Promise<number> => {
  await workspace.sql`
    select pg_advisory_xact_lock(hashtextextended(${`subscription types ${workspace.id}`}, 0))`
  const [{ count }] = await workspace.sql<[{ count: number }]>`
    select count(*)::integer as count from subscription_types where workspace_id = ${workspace.id}`
  return count
}

export const insertSubscriptionType = (workspace: Workspace, type: Omit<SubscriptionTypeRow, 'id'>) =>
  one(workspace.sql<SubscriptionTypeRow[]>`
    insert into subscription_types as types (workspace_id, consent_type, state, content_types, translations, created_at)
    values (${workspace.id}, ${type.consent_type}, ${type.state}, ${type.content_types},
      ${JSON.stringify(type.translations)}::text::jsonb, ${workspace.now()})
    returning ${columns(workspace)}`) as Promise<SubscriptionTypeRow>

export const updateSubscriptionType = (workspace: Workspace, { id, ...type }: SubscriptionTypeRow) =>
  one(workspace.sql<SubscriptionTypeRow[]>`
    update subscription_types types set state = ${type.state}, content_types = ${type.content_types},
      translations = ${JSON.stringify(type.translations)}::text::jsonb
    where workspace_id = ${workspace.id} and id = ${id} returning ${columns(workspace)}`) as Promise<SubscriptionTypeRow>

/** Returns the types that a contact chose, by creation. */
export const listChosen = (workspace: Workspace, contact_id: string) => workspace.sql<SubscriptionTypeRow[]>`
  select ${columns(workspace)} from subscription_choices choices join subscription_types types
    on types.workspace_id = ${workspace.id} and types.id = subscription_type_id
  where choices.workspace_id = ${workspace.id} and contact_id = ${contact_id} order by types.id`

/** Returns false if the contact had chosen it before. */
export const insertChoice = async (workspace: Workspace, contact_id: string, type_id: string): Promise<boolean> => {
  const { count } = await workspace.sql`
    insert into subscription_choices (workspace_id, contact_id, subscription_type_id, created_at)
    values (${workspace.id}, ${contact_id}, ${type_id}, ${workspace.now()}) on conflict do nothing`
  return count > 0
}

/** Returns false if the contact had not chosen it. */
export const deleteChoice = async (workspace: Workspace, contact_id: string, type_id: string): Promise<boolean> => {
  const { count } = await workspace.sql`
    delete from subscription_choices
    where workspace_id = ${workspace.id} and contact_id = ${contact_id} and subscription_type_id = ${type_id}`
  return count > 0
}

/** Gives the choices of one contact to another one, which keeps its own. */
export const moveChoices = (workspace: Workspace, from: string, into: string) => workspace.sql`
  with taken as (
    delete from subscription_choices where workspace_id = ${workspace.id} and contact_id = ${from}
    returning subscription_type_id, created_at
  )
  insert into subscription_choices (workspace_id, contact_id, subscription_type_id, created_at)
  select ${workspace.id}, ${into}, subscription_type_id, created_at from taken
  on conflict do nothing`
