// The SQL of workflows and of their versions.
import { type Fragment, one, rowId } from '#db/sql.ts'
import { found } from '#http/errors.ts'
import { botOf } from '#resources/admins/fragments.ts'
import { participantIds } from '#resources/conversations/participants/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { Conditions, Step } from './steps.ts'
import type { Channel, TriggerType } from './triggers.ts'

/** What a version of a workflow does. `channels` empty: on all but custom channels. */
export type Definition = {
  trigger: { type: TriggerType; channels: Channel[] }
  conditions: Conditions
  steps: Step[]
}

export type WorkflowRow = {
  id: string
  title: string
  description: string | null
  state: 'draft' | 'live' | 'paused'
  version: number
  /** Of its newest version. */
  definition: Definition
  created_at: Date
  updated_at: Date
}
export type NewWorkflow = Pick<WorkflowRow, 'title' | 'description' | 'state' | 'definition'>

const selected = ({ sql, id }: Workspace) => sql`
  select workflows.id, title, description, state, workflows.version, definition, workflows.created_at, updated_at
  from workflows join workflow_versions versions
    on versions.workspace_id = workflows.workspace_id and workflow_id = workflows.id and versions.version = workflows.version
  where workflows.workspace_id = ${id}`

export const listWorkflows = (workspace: Workspace) => workspace.sql<WorkflowRow[]>`
  ${selected(workspace)} order by workflows.id`

export const listLive = (workspace: Workspace, trigger: TriggerType) => workspace.sql<WorkflowRow[]>`
  ${selected(workspace)} and state = 'live' and definition -> 'trigger' ->> 'type' = ${trigger} order by workflows.id`

export const findWorkflow = (workspace: Workspace, id: string) =>
  one(workspace.sql<WorkflowRow[]>`${selected(workspace)} and workflows.id = ${rowId(id)}`)

/** @throws a 404 */
export const theWorkflow = async (workspace: Workspace, id: string): Promise<WorkflowRow> =>
  found(await findWorkflow(workspace, id), ...NO_WORKFLOW)

export const NO_WORKFLOW = ['Workflow not found', 'not_found'] as const

/** Locks the workflow until the transaction ends. @throws a 404 */
export const lockWorkflow = async (workspace: Workspace, id: string): Promise<WorkflowRow> =>
  found(
    await one(
      workspace.sql<WorkflowRow[]>`${selected(workspace)} and workflows.id = ${rowId(id)} for update of workflows`,
    ),
    ...NO_WORKFLOW,
  )

/** Locks the number of workflows until the transaction ends, and returns it. */
export async function lockAndCount({ sql, id }: Workspace): Promise<{ all: number; live: number }> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${id} workflows`}, 0))`
  const [counted] = await sql<[{ all: number; live: number }]>`
    select count(*)::integer as all, (count(*) filter (where state = 'live'))::integer as live
    from workflows where workspace_id = ${id}`
  return counted
}

export async function insertWorkflow(workspace: Workspace, { definition, ...workflow }: NewWorkflow): Promise<string> {
  const { sql, id: workspace_id } = workspace
  const at = workspace.now()
  const [{ id }] = await sql<[{ id: string }]>`
    insert into workflows ${sql({ workspace_id, ...workflow, created_at: at, updated_at: at })} returning id`
  await insertVersion(workspace, id, 1, definition)
  return id
}

export const insertVersion = (
  { sql, id, now }: Workspace,
  workflow_id: string,
  version: number,
  definition: Definition,
) => sql`
  insert into workflow_versions (workspace_id, workflow_id, version, definition, created_at)
  values (${id}, ${workflow_id}, ${version}, ${JSON.stringify(definition)}::text::json, ${now()})`

export const updateWorkflow = (
  { sql, id: workspace_id, now }: Workspace,
  id: string,
  changes: Partial<Pick<WorkflowRow, 'title' | 'description' | 'state' | 'version'>>,
) => sql`
  update workflows set ${sql({ ...changes, updated_at: now() })} where workspace_id = ${workspace_id} and id = ${id}`

/** Also deletes its versions and runs. */
export const deleteWorkflow = ({ sql, id: workspace_id }: Workspace, id: string) =>
  one(sql<{ id: string }[]>`
    delete from workflows where workspace_id = ${workspace_id} and id = ${rowId(id)} returning id`)

export const findVersion = async (
  { sql, id }: Workspace,
  workflow_id: string,
  version: number,
): Promise<{ title: string; definition: Definition }> => {
  const [row] = await sql<[{ title: string; definition: Definition }]>`
    select title, definition from workflow_versions versions
    join workflows on workflows.workspace_id = versions.workspace_id and workflows.id = workflow_id
    where versions.workspace_id = ${id} and workflow_id = ${workflow_id} and versions.version = ${version}`
  return row
}

export const findBotId = async ({ sql, id }: Workspace): Promise<string> => {
  const [row] = await sql<[{ id: string }]>`select ${botOf(sql, id)}::text as id`
  return row.id
}

/** Whether the conversation meets one condition, and one of its contacts the other. Absent ones hold. */
export const meetsAll = async (
  workspace: Workspace,
  conversation_id: string,
  ofConversation?: () => Fragment,
  ofContact?: () => Fragment,
): Promise<boolean> => {
  const { sql, id } = workspace
  const rows = await sql`
    select where ${
      ofConversation
        ? sql`exists (
          select from conversations
          where conversations.workspace_id = ${id} and conversations.id = ${conversation_id} and ${ofConversation()})`
        : sql`true`
    } and ${
      ofContact
        ? sql`exists (
          select from contacts
          where contacts.workspace_id = ${id} and is_live and contacts.id in (${participantIds(workspace, conversation_id)})
            and ${ofContact()})`
        : sql`true`
    }`
  return rows.length > 0
}
