// Creates and changes SLAs. Conversations keep the SLA as it was when it was applied.
import { invalid } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { TARGETS } from './progress.ts'
import { insertSla, isNameTaken, lockAndCountSlas, lockSla, type NewSla, type SlaRow, updateSla } from './queries.ts'
import type { NewSlaRequest, SlaRequest } from './schema.ts'

/** The list of SLAs has no pages. */
const MAX_SLAS = 200

export async function createSla(workspace: Workspace, request: NewSlaRequest): Promise<SlaRow> {
  const sla: NewSla = {
    ...{ first_reply_time: null, next_reply_time: null, resolution_time: null, time_to_close: null },
    in_office_hours: true,
    name: request.name,
    ...known(request),
  }
  assertTarget(sla)
  if ((await lockAndCountSlas(workspace)) >= MAX_SLAS) throw invalid(`There are ${MAX_SLAS} SLAs, which is the limit`)
  await assertName(workspace, sla.name, null)
  return insertSla(workspace, sla)
}

export async function changeSla(workspace: Workspace, id: string, request: SlaRequest): Promise<SlaRow> {
  const changes = known(request)
  await lockAndCountSlas(workspace)
  const sla = await lockSla(workspace, id)
  assertTarget({ ...sla, ...changes })
  if (changes.name !== undefined) await assertName(workspace, changes.name, sla.id)
  return updateSla(workspace, sla.id, changes)
}

/** Returns the fields that an SLA has: a request can have others too. */
function known(request: SlaRequest): SlaRequest {
  const fields = ['name', 'in_office_hours', ...TARGETS] as const
  return Object.fromEntries(fields.flatMap((field) => (request[field] === undefined ? [] : [[field, request[field]]])))
}

function assertTarget(sla: NewSla) {
  if (TARGETS.every((target) => sla[target] === null)) throw invalid(`An SLA needs one of ${TARGETS.join(', ')}`)
}

async function assertName(workspace: Workspace, name: string, but_by: string | null) {
  if (await isNameTaken(workspace, name, but_by)) throw invalid('name is that of another SLA')
}
