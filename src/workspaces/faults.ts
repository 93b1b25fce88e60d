// The faults that a workspace has armed for what it does next, and how one of them is used up.
import { one, type Sql } from '#db/sql.ts'

export const REQUEST_FAULTS = ['429', '500', '503', 'timeout', 'delay', 'lose_answer'] as const
export const SEND_FAULTS = ['429', '500', 'timeout', 'permanent'] as const

/** What a request can meet. Absent conditions are null: all requests are meant. */
export type RequestFault = {
  id: string
  fault: (typeof REQUEST_FAULTS)[number]
  operation: string | null
  method: string | null
  /** Itself and all under it. */
  path: string | null
  /** Seconds, told as Retry-After; 0: not told. */
  retry_after: number
  delay_ms: number
}

/** What the sending of a delivery can meet, before its account is asked. */
export type SendFault = {
  id: string
  fault: (typeof SEND_FAULTS)[number]
  retry_after: number
  /** In the words of a provider, where the workspace chose them. */
  code: string | null
  reason: string | null
}

export const listSendFaults = (sql: Sql, workspace_id: string, channel: string) => sql<SendFault[]>`
  select id, fault, retry_after, code, reason from faults
  where workspace_id = ${workspace_id} and target = 'sends' and remaining > 0
    and (channel is null or channel = ${channel})
  order by id`

/**
 * Uses a fault once. False where it is used up or disarmed: however many processes ask at the same moment, they get no
 * more than there are.
 */
export const useFault = async (sql: Sql, workspace_id: string, id: string): Promise<boolean> =>
  Boolean(
    await one(sql`
      update faults set remaining = remaining - 1
      where workspace_id = ${workspace_id} and id = ${id} and remaining > 0 returning id`),
  )
