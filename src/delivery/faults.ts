// Faults that a workspace has armed for its sends. They apply before a delivery reaches its account.
import type { Outcome, Outgoing } from '#channels/channel.ts'
import type { Pool } from '#db/sql.ts'
import { listSendFaults, type SendFault, useFault } from '#workspaces/faults.ts'

/**
 * Uses the oldest fault that is left for the delivery's channel. Returns its outcome, or undefined. Call it only if the
 * workspace has armed faults.
 */
export async function sendFault(sql: Pool, { workspace_id, channel }: Outgoing): Promise<Outcome | undefined> {
  for (const fault of await listSendFaults(sql, workspace_id, channel)) {
    if (await useFault(sql, workspace_id, fault.id)) return outcomeOf(fault)
  }
}

function outcomeOf({ fault, retry_after, ...given }: SendFault): Outcome {
  const code = given.code ?? `fault_${fault}`
  const reason = given.reason ?? REASONS[fault]
  if (fault === 'permanent') return { outcome: 'failed', code, reason }
  return { outcome: 'retry', code, reason, ...(fault === '429' && { retry_after }) }
}

const REASONS: Record<SendFault['fault'], string> = {
  429: 'Too many requests (armed in the sandbox)',
  500: 'The provider failed (armed in the sandbox)',
  timeout: 'The provider did not answer (armed in the sandbox)',
  permanent: 'The provider refused the message for good (armed in the sandbox)',
}
