// Fills a new workspace with a demo, so that every read of the API has something true to answer from the first minute.
import type { Sql } from '#db/sql.ts'
import { objectId } from '#lib/ids.ts'
import { insertAdmin } from '#workspaces/queries.ts'
import { AWAY_STATUS_REASONS, COLLEAGUE, CONTACTS, TEAM, WHATSAPP_TEMPLATES } from './contents.ts'
import { insertAwayStatusReasons, insertContacts, insertTeam, insertWhatsappTemplates } from './queries.ts'

/** In the transaction that makes the workspace: there is never half a demo. */
export async function fillWithDemo(sql: Sql, workspace: { id: string; admin_id: string }, at = new Date()) {
  const { id, admin_id } = workspace
  const colleague = await insertAdmin(sql, id, { ...COLLEAGUE, is_bot: false }, at)
  await insertTeam(sql, id, TEAM, [admin_id, colleague.id])
  await insertAwayStatusReasons(sql, id, AWAY_STATUS_REASONS)
  await insertWhatsappTemplates(sql, id, WHATSAPP_TEMPLATES)
  const contacts = CONTACTS.map((contact) => ({ id: objectId(at), ...contact }))
  await insertContacts(sql, id, contacts, at)
}
