// Starts a procedure in a new session.
import { invalid } from '#http/errors.ts'
import { goOn } from '#resources/procedures/go-on.ts'
import { findProcedure, insertRun } from '#resources/procedures/queries.ts'
import { NO_PROCEDURE } from '#resources/procedures/save.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { RunRequest } from '../schema.ts'
import { begin, type Talking } from '../talk.ts'

/** @throws a 400 for a procedure that cannot be run, and those of `begin` */
export async function runProcedure(
  workspace: Workspace,
  procedure_id: string,
  request: RunRequest & { conversation_id: string },
): Promise<Talking> {
  const procedure = await findProcedure(workspace, procedure_id)
  if (!procedure) throw invalid(NO_PROCEDURE)
  if (procedure.state !== 'live') throw invalid('Procedure is not live')
  if (!procedure.has_api_trigger) throw invalid('Procedure does not have an API trigger')
  const talking = await begin(workspace, request, { is_conversational: true, awaits_answer: false })
  if (talking.is_new) {
    await insertRun(workspace, request.conversation_id, procedure)
    await goOn(workspace, request.conversation_id)
  }
  return talking
}
