// Opens the link of a phone switch: the caller gets a session of the messenger.

import type { Static } from 'typebox'
import type { Sql } from '#db/sql.ts'
import { notFound } from '#http/errors.ts'
import { findContact } from '#resources/contacts/queries.ts'
import { findSwitch } from '#resources/switch/queries.ts'
import { openWorkspace } from '#workspaces/open.ts'
import type { MessengerSession } from './sessions/schema.ts'
import { sessionToken } from './sessions/token.ts'

const DAY_SECONDS = 86_400

/** The session is no proof of identity: where identities are verified, it is not valid. @throws a 404 */
export async function openSwitch(sql: Sql, secret: string, id: string): Promise<Static<typeof MessengerSession>> {
  const is_uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)
  const found = is_uuid ? await findSwitch(sql, id) : undefined
  const contact = found && (await findContact(await openWorkspace(sql, found.workspace_id), found.contact_id))
  if (!contact || contact.blocked_at) throw notFound('This link is not valid any more')
  const expires_at = Math.floor(Date.now() / 1000) + DAY_SECONDS
  const session = {
    workspace_id: contact.workspace_id,
    contact_id: contact.id,
    visitor_id: null,
    secret_id: null,
    expires_at,
  }
  return {
    ...{ type: 'messenger_session', token: sessionToken(secret, session), expires_at },
    contact: { type: 'contact', id: contact.id, external_id: contact.external_id, role: contact.role },
    ...{ visitor_id: null, anonymous_id: null, ignored_attributes: [] },
  }
}
