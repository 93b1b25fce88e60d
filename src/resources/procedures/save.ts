// Creates and changes procedures.
import { found, invalid } from '#http/errors.ts'
import { assertKnownAudiences } from '#resources/audiences/known.ts'
import { theConnector } from '#resources/data-connectors/save.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { findProcedure, insertProcedure, type ProcedureRow, updateProcedure } from './queries.ts'
import type { NewProcedureRequest, ProcedureRequest } from './schema.ts'
import { type StepRequest, storedStep } from './steps.ts'

export const NO_PROCEDURE = 'Procedure not found'

export async function createProcedure(workspace: Workspace, request: NewProcedureRequest): Promise<ProcedureRow> {
  const { name, description = '', state = 'draft', has_api_trigger = false, audience_ids = [] } = request
  await assertKnownAudiences(workspace, audience_ids)
  const steps = await readSteps(workspace, request.steps)
  return insertProcedure(workspace, { name, description, state, has_api_trigger, audience_ids, steps })
}

export async function changeProcedure(
  workspace: Workspace,
  id: string,
  request: ProcedureRequest,
): Promise<ProcedureRow> {
  const present = found(await findProcedure(workspace, id), NO_PROCEDURE)
  if (request.audience_ids) await assertKnownAudiences(workspace, request.audience_ids)
  const { steps, ...changes } = request
  return updateProcedure(workspace, present.id, {
    ...{ ...present, audience_ids: present.audience_ids.map(Number), ...changes },
    ...(steps && { steps: await readSteps(workspace, steps) }),
  })
}

/** @throws a 400 for a list without options, a 404 for an unknown connector */
async function readSteps(workspace: Workspace, steps: readonly StepRequest[]) {
  for (const step of steps) {
    if (step.type === 'connector') await theConnector(workspace, step.connector_id)
    if (step.type === 'ask' && step.data_type === 'list')
      throw invalid('A step of type ask has no list: ask a person, or for a text')
    if (step.type !== 'human') continue
    const bare = step.attributes.find(({ data_type, options }) => data_type === 'list' && !options?.length)
    if (bare) throw invalid(`The attribute ${bare.name} of type list must have options`)
  }
  return steps.map(storedStep)
}
