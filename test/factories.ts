// Creates what a test needs, in the shortest way.
import { notifyWorker } from '#delivery/signals.ts'
import { objectId } from '#lib/ids.ts'
import { acceptMessage, type MessageToAccept } from '#resources/messages/queries.ts'
import { sessionToken } from '#resources/messenger/sessions/token.ts'
import type { Workspace } from '#workspaces/workspace.ts'

type NewContact = {
  id?: string
  role?: 'user' | 'lead'
  name?: string | null
  email?: string | null
  formatted_phone?: string | null
  [column: string]: unknown
}

/** Creates a contact. Returns its id. */
export async function aContact({ sql, id: workspace_id }: Workspace, contact: NewContact = {}): Promise<string> {
  const at = new Date()
  const { created_at = at } = contact as { created_at?: Date }
  const id = contact.id ?? objectId(created_at)
  const row = { workspace_id, role: 'user', created_at: at, updated_at: at, ...contact, id }
  await sql`insert into contacts ${sql(row)}`
  return id
}

type NewMessage = Partial<Omit<MessageToAccept, 'recipients'>> & {
  to: string | string[]
  cc?: string[]
  bcc?: string[]
}

/** Queues a message as POST /messages does. Returns its id. */
export async function aMessage(
  workspace: Workspace,
  { to, cc = [], bcc = [], ...message }: NewMessage,
): Promise<string> {
  const on = (recipient_type: 'to' | 'cc' | 'bcc') => (contact_id: string) => ({ contact_id, recipient_type })
  const { id } = await acceptMessage(workspace, {
    admin_id: workspace.admin_id,
    message_type: 'email',
    subject: 'Hello',
    body: '<p>Hello there</p>',
    template: 'plain',
    locale: null,
    components: null,
    created_at: workspace.now(),
    ...message,
    recipients: [...[to].flat().map(on('to')), ...cc.map(on('cc')), ...bcc.map(on('bcc'))],
  })
  if (!id) throw new Error('The message was not accepted')
  notifyWorker()
  return id
}

/** Creates a messenger session of the contact, with a proof if the workspace requires one. */
export async function aSession({ sql, id: workspace_id }: Workspace, secret: string, contact_id: string) {
  const [proof] = await sql<{ id: string }[]>`
    select id from secure_mode_secrets where workspace_id = ${workspace_id} and deleted_at is null`
  const expires_at = Math.floor(Date.now() / 1000) + 3_600
  return sessionToken(secret, { workspace_id, contact_id, visitor_id: null, secret_id: proof?.id ?? null, expires_at })
}

/** Repeats the query until the condition is true; fails after ten seconds with the last result. */
export async function eventually<Result>(
  ask: () => Promise<Result>,
  holds: (result: Result) => boolean,
  within_ms = 10_000,
): Promise<Result> {
  const until = Date.now() + within_ms
  for (;;) {
    const result = await ask()
    if (holds(result)) return result
    if (Date.now() > until) throw new Error(`Still not so after ${within_ms} ms: ${JSON.stringify(result)}`)
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
}
