// Faults that a workspace has armed for its webhooks. They apply before the endpoint, or the sandbox in its place, gets the
// request.
import type { Pool } from '#db/sql.ts'
import { listWebhookFaults, useFault, type WebhookFault } from '#workspaces/faults.ts'
import type { Leased } from './queries.ts'
import type { Attempt } from './settle-queries.ts'

/** Uses the oldest fault that is left for the topic. Call it only if the workspace has armed faults. */
export async function nextFault(sql: Pool, { workspace_id, topic }: Leased): Promise<WebhookFault | undefined> {
  for (const fault of await listWebhookFaults(sql, workspace_id, topic)) {
    if (await useFault(sql, workspace_id, fault.id)) return fault
  }
}

export const holdsBack = ({ fault }: WebhookFault): boolean => fault === 'delay' || fault === 'out_of_order'

/** Returns the attempt that fails as the fault says; undefined if it succeeds. */
export function failedAttempt({ fault, retry_after }: WebhookFault): Attempt | undefined {
  const made = { started_at: new Date(), took_ms: 0 }
  if (fault === 'timeout') {
    const nothing = { response_status: null, response_headers: null, response_body: null }
    return { ...made, ...nothing, error: 'The endpoint did not answer within 5 seconds (armed in the sandbox)' }
  }
  const status = Number(fault)
  if (!status) return undefined
  return {
    ...{ ...made, response_status: status, response_body: '' },
    response_headers: retry_after ? { 'retry-after': String(retry_after) } : {},
    error: `The endpoint answered ${status} (armed in the sandbox)`,
  }
}

/** The sandbox accepts a notification in the place of an endpoint. */
export const acceptedAttempt = (): Attempt => ({
  ...{ started_at: new Date(), took_ms: 0, response_status: 200, response_headers: {}, response_body: '' },
  error: null,
})
