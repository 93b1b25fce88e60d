// Creates, changes and deletes workflows. What a workflow does is stored as a new version; runs keep theirs.

import { isDeepStrictEqual } from 'node:util'
import { startReading, stopReading } from '#events/reader.ts'
import { found, invalid } from '#http/errors.ts'
import { theAdmin } from '#resources/admins/queries.ts'
import { theConnector } from '#resources/data-connectors/save.ts'
import { theTag } from '#resources/tags/queries.ts'
import { theTeam } from '#resources/teams/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { checkConditions } from './conditions.ts'
import {
  type Definition,
  deleteWorkflow,
  insertVersion,
  insertWorkflow,
  lockAndCount,
  lockWorkflow,
  NO_WORKFLOW,
  theWorkflow,
  updateWorkflow,
  type WorkflowRow,
} from './queries.ts'
import { workflowReader } from './runs/follow.ts'
import type { WorkflowRequest } from './schema.ts'
import { allSteps, readConditions, readSteps, type Step, type StepOf, type StepType } from './steps.ts'

/** The list of workflows has no pages. */
const MAX_WORKFLOWS = 200

type NewRequest = WorkflowRequest & Required<Pick<WorkflowRequest, 'title' | 'trigger' | 'steps'>>

export async function createWorkflow(workspace: Workspace, request: NewRequest): Promise<WorkflowRow> {
  const { title, description = null, state = 'draft' } = request
  const definition = await definitionIn(workspace, request, EMPTY)
  if ((await lockAndCount(workspace)).all >= MAX_WORKFLOWS)
    throw invalid(`There are ${MAX_WORKFLOWS} workflows, which is the limit`)
  const id = await insertWorkflow(workspace, { title, description, state, definition })
  if (state === 'live') await startReading(workspace, workflowReader.name)
  return theWorkflow(workspace, id)
}

const EMPTY: Definition = { trigger: { type: 'api', channels: [] }, conditions: {}, steps: [] }

export async function changeWorkflow(workspace: Workspace, id: string, request: WorkflowRequest): Promise<WorkflowRow> {
  await lockAndCount(workspace)
  const before = await lockWorkflow(workspace, id)
  const { title, description, state } = request
  const definition = await definitionIn(workspace, request, before.definition)
  const is_other = !isDeepStrictEqual(definition, before.definition)
  const version = before.version + (is_other ? 1 : 0)
  if (is_other) await insertVersion(workspace, before.id, version, definition)
  await updateWorkflow(workspace, before.id, {
    version,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(state !== undefined && { state }),
  })
  if (state === 'live') await startReading(workspace, workflowReader.name)
  return theWorkflow(workspace, before.id)
}

export async function removeWorkflow(workspace: Workspace, id: string): Promise<string> {
  await lockAndCount(workspace)
  const deleted = found(await deleteWorkflow(workspace, id), ...NO_WORKFLOW)
  if (!(await lockAndCount(workspace)).all) await stopReading(workspace, workflowReader.name)
  return deleted.id
}

/** @throws a 400 or 404 that names what is wrong or does not exist. */
async function definitionIn(workspace: Workspace, request: WorkflowRequest, before: Definition): Promise<Definition> {
  const { trigger, conditions, steps } = request
  const definition: Definition = {
    trigger: trigger ? { type: trigger.type, channels: [...new Set(trigger.channels ?? [])] } : before.trigger,
    conditions: conditions === undefined ? before.conditions : readConditions(conditions, 'conditions'),
    steps: steps === undefined ? before.steps : readSteps(steps),
  }
  if (conditions !== undefined) await checkConditions(workspace, definition.conditions)
  if (steps !== undefined) for (const step of allSteps(definition.steps)) await checkStep(workspace, step)
  return definition
}

/** What a step names must exist. */
const CHECKS: { [T in StepType]?: (workspace: Workspace, step: StepOf<T>) => unknown } = {
  assign: (workspace, { assignee }) =>
    assignee && (assignee.type === 'admin' ? theAdmin : theTeam)(workspace, assignee.id),
  tag: (workspace, { tag_id }) => theTag(workspace, tag_id),
  untag: (workspace, { tag_id }) => theTag(workspace, tag_id),
  async branch(workspace, { branches }) {
    for (const { conditions } of branches) await checkConditions(workspace, conditions)
  },
  run_connector: (workspace, { connector_id }) => theConnector(workspace, connector_id),
}

const checkStep = async (workspace: Workspace, step: Step): Promise<void> =>
  void (await (CHECKS[step.type] as ((workspace: Workspace, step: Step) => unknown) | undefined)?.(workspace, step))
