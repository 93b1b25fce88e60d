// The faults that a workspace has armed for what it sends: they meet a delivery before its account is asked.
import type { Outcome, Outgoing } from '#channels/channel.ts'
import type { Pool } from '#db/sql.ts'
import { listSendFaults, type SendFault, useFault } from '#workspaces/faults.ts'

/** What the delivery meets: the oldest fault for its channel that is not used up. To be asked only where any is armed. */
export async function sendFault(sql: Pool, { workspace_id, channel }: Outgoing): Promise<Outcome | undefined> {
  for (const fault of await listSendFaults(sql, workspace_id, channel)) {
    if (await useFault(sql, workspace_id, fault.id)) return outcomeOf(fault)
  }
}

function outcomeOf({ fault, retry_after, ...said }: SendFault): Outcome {
  const code = said.code ?? `fault_${fault}`
  const reason = said.reason ?? REASONS[fault]
  if (fault === 'permanent') return { outcome: 'failed', code, reason }
  return { outcome: 'retry', code, reason, ...(fault === '429' && { retry_after }) }
}

const REASONS: Record<SendFault['fault'], string> = {
  429: 'Too many requests (armed in the sandbox)',
  500: 'The provider failed (armed in the sandbox)',
  timeout: 'The provider did not answer (armed in the sandbox)',
  permanent: 'The provider refused the message for good (armed in the sandbox)',
}
