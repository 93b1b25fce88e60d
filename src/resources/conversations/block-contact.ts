// Blocks a contact: what it writes is no longer received, and its conversations are closed.
import { type Static, Type } from 'typebox'
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { ById, named } from '#http/types.ts'
import { type ContactRow, lockContact, updateContactRow } from '#resources/contacts/queries.ts'
import { presentContactReference } from '#resources/contacts/schema.ts'
import { ContactReference } from '#resources/references.ts'
import type { Resource } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { lockOpenConversationsOf } from './participants/queries.ts'
import { outcomeOf } from './state/outcome.ts'
import { record } from './state/record.ts'

const BlockedContact = named(
  'contact_blocked',
  Type.Object({ ...ContactReference.properties, blocked: Type.Literal(true) }),
)

function routes(app: App) {
  app.post(
    '/contacts/:id/block',
    op('BlockContact', {
      summary: 'Block a contact, and close its conversations',
      sdk: (client) => client.contacts.blockContact({ contact_id: '6b078829306d5537cf33eba8' }),
      since: '2.13',
      scope: 'read_write_users',
      params: ById,
      response: BlockedContact,
    }),
    async ({ workspace, params }): Promise<Static<typeof BlockedContact>> => ({
      ...presentContactReference(await blockContact(workspace, params.id)),
      blocked: true,
    }),
  )
}

/**
 * Locks conversations before the contact, as replies do. Those that the contact started in between are closed too. A second
 * call changes nothing. @throws a 404 if there is no such contact.
 */
async function blockContact(workspace: Workspace, id: string): Promise<ContactRow> {
  await closeAll(workspace, id)
  const contact = await lockContact(workspace, id)
  const before = found(contact?.is_live ? contact : undefined, 'User Not Found')
  if (before.blocked_at) return before
  const blocked = await updateContactRow(workspace, id, { blocked_at: workspace.now() })
  await closeAll(workspace, id)
  return blocked
}

async function closeAll(workspace: Workspace, contact_id: string): Promise<void> {
  const author = { type: 'admin', id: workspace.admin_id } as const
  const created_at = workspace.now()
  for (const conversation of await lockOpenConversationsOf(workspace, contact_id)) {
    const outcome = outcomeOf(conversation, 'admin_closes', { at: created_at, closed_by: author.id })
    await record(workspace, conversation, outcome, { author, created_at })
  }
}

export default { group: 'Contacts', routes } satisfies Resource
