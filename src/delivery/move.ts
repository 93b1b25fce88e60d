// Gives the deliveries of one contact to another one, when the two are merged.
import type { Sql } from '#db/sql.ts'

/** Locks them in one order until the transaction ends. Lock the contacts afterwards, as a settlement does. */
export const lockDeliveriesOf = (sql: Sql, workspace_id: string, contact_id: string) => sql`
  select count(*) from (
    select from deliveries where workspace_id = ${workspace_id} and contact_id = ${contact_id}
    order by id for no key update
  ) locked`

/**
 * Ids, addresses and attempts stay: an answer to a signed address still finds its delivery. In-app messages that no messenger
 * has received get a new position, so that the messengers of the other contact receive them.
 */
export const moveDeliveries = (sql: Sql, workspace_id: string, from: string, into: string) => sql`
  update deliveries set contact_id = ${into},
    address = case when channel = 'inapp' then ${into} else address end,
    position = case when status = 'sent' then null else position end
  where workspace_id = ${workspace_id} and contact_id = ${from}`
