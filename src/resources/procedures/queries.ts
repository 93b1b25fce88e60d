// The SQL of procedures, their runs, and the answers of people that they wait for.
import { one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { Collected, Step } from './steps.ts'

export type ProcedureRow = {
  id: string
  name: string
  description: string
  state: 'draft' | 'live'
  has_api_trigger: boolean
  audience_ids: string[]
  steps: Step[]
  created_at: Date
  updated_at: Date
}

export type NewProcedure = Pick<ProcedureRow, 'name' | 'description' | 'state' | 'has_api_trigger' | 'steps'> & {
  audience_ids: readonly number[]
}

export const listProcedures = ({ sql, id }: Workspace) => sql<ProcedureRow[]>`
  select * from procedures where workspace_id = ${id} order by id limit 500`

export const findProcedure = ({ sql, id: workspace_id }: Workspace, id: string) =>
  one(sql<ProcedureRow[]>`select * from procedures where workspace_id = ${workspace_id} and id = ${rowId(id)}`)

export const insertProcedure = ({ sql, id, now }: Workspace, procedure: NewProcedure) =>
  one(sql<ProcedureRow[]>`
    insert into procedures (workspace_id, name, description, state, has_api_trigger, audience_ids, steps, created_at, updated_at)
    values (${id}, ${procedure.name}, ${procedure.description}, ${procedure.state}, ${procedure.has_api_trigger},
      ${[...procedure.audience_ids]}::bigint[], ${JSON.stringify(procedure.steps)}::text::jsonb, ${now()}, ${now()})
    returning *`) as Promise<ProcedureRow>

export const updateProcedure = ({ sql, id: workspace_id, now }: Workspace, id: string, procedure: NewProcedure) =>
  one(sql<ProcedureRow[]>`
    update procedures set name = ${procedure.name}, description = ${procedure.description}, state = ${procedure.state},
      has_api_trigger = ${procedure.has_api_trigger}, audience_ids = ${[...procedure.audience_ids]}::bigint[],
      steps = ${JSON.stringify(procedure.steps)}::text::jsonb, updated_at = ${now()}
    where workspace_id = ${workspace_id} and id = ${id} returning *`) as Promise<ProcedureRow>

/** Runs that have begun go on. */
export const deleteProcedure = ({ sql, id: workspace_id }: Workspace, id: string) =>
  one(sql<{ id: string }[]>`
    delete from procedures where workspace_id = ${workspace_id} and id = ${rowId(id)} returning id`)

/** Takes a deleted audience out of all procedures. */
export const forgetAudience = ({ sql, id }: Workspace, audience_id: string) => sql`
  update procedures set audience_ids = array_remove(audience_ids, ${audience_id}::bigint)
  where workspace_id = ${id} and ${audience_id}::bigint = any(audience_ids)`

export type RunRow = {
  conversation_id: string
  procedure_id: string
  procedure_name: string
  steps: Step[]
  step: number
  /** `calling`: the request of a connector was begun, and its result is not known. */
  state: 'running' | 'calling' | 'awaiting_user' | 'awaiting_person' | 'done'
  variables: Record<string, unknown>
}

export const insertRun = ({ sql, id, now }: Workspace, conversation_id: string, procedure: ProcedureRow) => sql`
  insert into procedure_runs (workspace_id, conversation_id, procedure_id, procedure_name, steps, started_at)
  values (${id}, ${conversation_id}, ${procedure.id}, ${procedure.name}, ${JSON.stringify(procedure.steps)}::text::jsonb,
    ${now()})`

export const findRun = ({ sql, id }: Workspace, conversation_id: string) =>
  one(sql<RunRow[]>`
    select conversation_id, procedure_id, procedure_name, steps, step, state, variables from procedure_runs
    where workspace_id = ${id} and conversation_id = ${conversation_id}`)

type Moved = { step: number; state: RunRow['state']; variables?: Record<string, unknown> }

/** Returns false, and changes nothing, if the run is not at this step and in this state any more. */
export async function moveRun(
  { sql, id }: Workspace,
  { conversation_id, step, state }: Pick<RunRow, 'conversation_id' | 'step' | 'state'>,
  to: Moved,
): Promise<boolean> {
  const { count } = await sql`
    update procedure_runs set step = ${to.step}, state = ${to.state},
      variables = variables || ${JSON.stringify(to.variables ?? {})}::text::jsonb
    where workspace_id = ${id} and conversation_id = ${conversation_id} and step = ${step} and state = ${state}`
  return count > 0
}

export const endRun = ({ sql, id }: Workspace, conversation_id: string) => sql`
  update procedure_runs set state = 'done' where workspace_id = ${id} and conversation_id = ${conversation_id}`

export type InputRow = {
  step_id: string
  session_id: string
  conversation_id: string
  attributes: Collected[]
  expires_at: Date | null
  fulfilled_at: Date | null
}

export const insertInput = ({ sql, id }: Workspace, input: Omit<InputRow, 'fulfilled_at'>) => sql`
  insert into procedure_inputs (workspace_id, step_id, session_id, conversation_id, attributes, expires_at)
  values (${id}, ${input.step_id}, ${input.session_id}, ${input.conversation_id},
    ${JSON.stringify(input.attributes)}::text::jsonb, ${input.expires_at})`

/** Locks the input until the transaction ends. */
export const lockInput = ({ sql, id }: Workspace, conversation_id: string, step_id: string) =>
  one(sql<InputRow[]>`
    select step_id, session_id, conversation_id, attributes, expires_at, fulfilled_at from procedure_inputs
    where workspace_id = ${id} and conversation_id = ${rowId(conversation_id)} and step_id = ${step_id} for update`)

export const fulfilInput = ({ sql, id, now }: Workspace, step_id: string) => sql`
  update procedure_inputs set fulfilled_at = ${now()} where workspace_id = ${id} and step_id = ${step_id}`

/** Returns the input that the session waits for, if there is one. */
export const findOpenInput = ({ sql, id }: Workspace, session_id: string) =>
  one(sql<InputRow[]>`
    select step_id, session_id, conversation_id, attributes, expires_at, fulfilled_at from procedure_inputs
    where workspace_id = ${id} and session_id = ${session_id} and fulfilled_at is null
    order by expires_at desc nulls first limit 1`)
