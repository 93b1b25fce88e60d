// Takes what a person answers to a step that waits for it. The first answer wins.
import { conflict, found, notFound, unprocessable } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { goOn } from './go-on.ts'
import { findRun, fulfilInput, lockInput, moveRun } from './queries.ts'
import type { CollectRequest } from './schema.ts'
import { problemWith } from './steps.ts'

/** @throws a 404, also after its time; a 409 after the first answer; a 422 for values that are missing or do not fit */
export async function collect(
  workspace: Workspace,
  conversation_id: string,
  { step_id, attribute_values }: CollectRequest,
): Promise<void> {
  const input = found(await lockInput(workspace, conversation_id, step_id))
  if (input.fulfilled_at) throw conflict('This HITL request has already been fulfilled')
  if (input.expires_at && input.expires_at <= workspace.now()) throw notFound('This HITL request has expired')
  const given = new Map(attribute_values.map(({ identifier, value }) => [identifier, value]))
  const variables: Record<string, unknown> = {}
  for (const attribute of input.attributes) {
    const { identifier, name, options = [] } = attribute
    if (!given.has(identifier)) throw refused(`A value for ${identifier} is required`)
    const value = given.get(identifier)
    const problem = problemWith(attribute, value)
    if (problem) throw refused(problem)
    variables[name] = options.find(({ id }) => id === value)?.label ?? value
    given.delete(identifier)
  }
  const [unknown] = given.keys()
  if (unknown !== undefined) throw refused(`${unknown} is not an attribute of this step`)
  await fulfilInput(workspace, input.step_id)
  const run = await findRun(workspace, input.session_id)
  if (run?.state !== 'awaiting_person') return
  await moveRun(workspace, run, { step: run.step + 1, state: 'running', variables })
  await goOn(workspace, input.session_id)
}

const refused = (message: string) => unprocessable('parameter_invalid', message)
