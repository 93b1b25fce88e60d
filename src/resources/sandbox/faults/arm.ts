// Arms a fault for the next requests of this workspace, its next sends, or its next webhooks.
import { conflict, invalid, missing } from '#http/errors.ts'
import { type FaultRow, insertFault, REQUEST_FAULTS, SEND_FAULTS, WEBHOOK_FAULTS } from '#workspaces/faults.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { FaultRequest } from './schema.ts'

const MAX_ARMED = 100

const FAULTS: Record<FaultRow['target'], readonly FaultRow['fault'][]> = {
  requests: REQUEST_FAULTS,
  sends: SEND_FAULTS,
  webhooks: WEBHOOK_FAULTS,
}

/** Properties that do not apply to faults of a target. */
const NOT_ALLOWED: Record<FaultRow['target'], readonly (keyof FaultRequest)[]> = {
  requests: ['channel', 'topic', 'code', 'reason'],
  sends: ['operation', 'method', 'path', 'topic', 'delay_ms'],
  webhooks: ['operation', 'method', 'path', 'channel', 'code', 'reason'],
}

/** How long a notification is held back at most, until a later one was sent. */
const OUT_OF_ORDER_MS = 10_000

/** The operationIds and topics that there are: a fault for another one would never occur. */
type Known = Record<'operations' | 'topics', Pick<ReadonlySet<string>, 'has'>>

export async function armFault(
  workspace: Workspace,
  request: FaultRequest,
  { operations, topics }: Known,
): Promise<FaultRow> {
  const { target = 'requests', operation = null, method = null, path = null, channel = null, topic = null } = request
  const { times = 1, code = null, reason = null } = request
  const fault = FAULTS[target].find((name) => name === request.fault)
  if (!fault) throw invalid(`fault must be one of ${FAULTS[target].join(', ')}`)
  const { retry_after = fault === '429' ? 1 : 0 } = request
  const not_allowed = NOT_ALLOWED[target].find((key) => request[key] !== undefined)
  if (not_allowed) throw invalid(`${not_allowed} does not apply to faults of ${target}`)
  if (operation !== null && !operations.has(operation)) throw invalid(`operation ${operation} is not part of this API`)
  if (topic !== null && !topics.has(topic)) throw invalid(`topic ${topic} is not a topic of this server`)
  const { delay_ms = fault === 'out_of_order' ? OUT_OF_ORDER_MS : undefined } = request
  if (fault === 'delay' && delay_ms === undefined) throw missing('delay_ms is required')
  const row = {
    target,
    fault,
    operation,
    method,
    path,
    channel,
    topic,
    times,
    retry_after,
    delay_ms: delay_ms ?? 0,
    code,
    reason,
  }
  const armed = await insertFault(workspace, row, MAX_ARMED)
  if (!armed) throw conflict(`No more than ${MAX_ARMED} faults can be armed at once`)
  return armed
}
