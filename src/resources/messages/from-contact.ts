// POST /messages from a contact: it starts a conversation.

import { invalid, missing } from '#http/errors.ts'
import { fromEpoch } from '#http/types.ts'
import { findSender } from '#resources/contacts/named.ts'
import { sendFromContact } from '#resources/conversations/start/from-contact.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import type { MessageRequest } from './schema.ts'

const CONTACT_TYPES = ['user', 'lead', 'contact']

/** Returns true for a contact, false for an admin. @throws a 400 for all other senders. */
export function isContact(from: MessageRequest['from']): boolean {
  if (!from) throw missing('from is required')
  if (CONTACT_TYPES.includes(from.type)) return true
  if (from.type === 'admin') return false
  throw invalid('from.type must be one of admin, user, lead, contact')
}

export async function sendAsContact(
  workspace: Workspace,
  { from, body, subject, referer, created_at }: MessageRequest,
) {
  if (!body?.trim()) throw invalid('Body is required')
  return atomically(workspace, async (workspace) =>
    sendFromContact(workspace, {
      contact: await findSender(workspace, from ?? {}),
      body,
      subject: subject ?? undefined,
      url: referer ?? undefined,
      created_at: created_at ? fromEpoch(created_at) : undefined,
    }),
  )
}
