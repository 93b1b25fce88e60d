// POST /messages from an admin: accepts a message to contacts. The worker delivers it.
import type { Static } from 'typebox'
import { notifyWorker } from '#delivery/signals.ts'
import { type Links, withLinks } from '#files/link.ts'
import { invalid, notFound, unprocessable } from '#http/errors.ts'
import { fromEpoch } from '#http/types.ts'
import { claimPictures, type WrittenBody } from '#resources/attachments/written-body.ts'
import { createFromMessage } from '#resources/conversations/start/from-message.ts'
import { findSubscriptionType } from '#resources/subscription-types/queries.ts'
import { currentTraceparent } from '#tracing/trace.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { type CheckedMessage, checkMessage } from './check.ts'
import { type Attempt, acceptMessage } from './queries.ts'
import { allById, assertNotTooNew, resolveRecipients } from './recipients.ts'
import { type Message, type MessageRequest, presentMessage } from './schema.ts'
import { renderTemplate } from './template.ts'

/**
 * One statement writes message, deliveries and event. Only what needs more statements runs in a transaction. `written` is
 * the body of the request.
 */
export async function sendMessage(
  workspace: Workspace,
  links: Links,
  request: MessageRequest,
  { html, pictures }: WrittenBody,
): Promise<Static<typeof Message>> {
  const message = checkMessage(workspace, request)
  if (message.subscription_type_id !== null) await assertSubscribable(workspace, message)
  const created_at = request.created_at ? fromEpoch(request.created_at) : workspace.now()
  const creates_conversation = request.create_conversation_without_contact_reply === true

  if (allById(message.addressees) && !creates_conversation && !pictures.length)
    return accept(workspace, message, html, created_at)
  return atomically(workspace, async (workspace) => {
    const fill = await claimPictures(workspace, links, pictures)
    const filled = pictures.length ? { ...message, ...withPictures(message, fill) } : message
    const accepted = await accept(workspace, filled, fill(html), created_at)
    const answer = { ...accepted, body: withLinks(links, workspace.id, accepted.body) }
    return creates_conversation ? { ...answer, conversation_id: await createFromMessage(workspace, answer.id) } : answer
  })
}

const CONTENT_TYPES: Partial<Record<CheckedMessage['message_type'], 'email' | 'sms_message'>> = {
  email: 'email',
  sms: 'sms_message',
}

/** @throws a 400 if messages of this kind cannot have the subscription type */
async function assertSubscribable(workspace: Workspace, { message_type, subscription_type_id }: CheckedMessage) {
  const content_type = CONTENT_TYPES[message_type]
  if (!content_type) throw invalid('subscription_type_id is only for email and SMS')
  const type = await findSubscriptionType(workspace, subscription_type_id as string)
  if (type?.state !== 'live') throw invalid('subscription_type_id is not a live subscription type')
  if (!type.content_types.includes(content_type))
    throw invalid(`subscription_type_id is not a subscription type for ${message_type}`)
}

/** A subject is plain text: that of an in-app message is its body, without the pictures. */
const withPictures = ({ body, subject }: CheckedMessage, fill: (text: string) => string) => ({
  body: body && fill(body),
  subject: subject === null ? null : subject.replace(/<img\b[^<>]*attachments\.invalid\/[^<>]*>/gi, ''),
})

async function accept(workspace: Workspace, message: CheckedMessage, html: string, created_at: Date) {
  if (workspace.lags.message_lag_ms) await assertNotTooNew(workspace, message.addressees)
  const recipients = await resolveRecipients(workspace, message.addressees, message.message_type)
  const body = await storedBody(workspace, message, html)
  const attempt = await acceptMessage(workspace, {
    ...{ ...message, body, created_at, recipients },
    traceparent: currentTraceparent(),
  })
  const { id, owner } = assertAccepted(attempt, message)
  workspace.afterCommit(notifyWorker)
  return presentMessage({ ...message, id, owner, created_at }, message.body ?? body ?? '')
}

/** Returns the body to store: safe HTML, the plain text of an SMS, or the text of a WhatsApp template. */
async function storedBody(workspace: Workspace, message: CheckedMessage, html: string): Promise<string | null> {
  if (message.message_type === 'sms') return message.body
  return message.message_type === 'whatsapp' ? renderTemplate(workspace, message) : html
}

/** @throws the reason why a message was not accepted, in Intercom's order: first the sender, then the recipients. */
function assertAccepted({ id, owner, recipients }: Attempt, { message_type }: CheckedMessage) {
  if (!owner) throw notFound('Admin not found', 'admin_not_found')
  if (recipients.some(({ found }) => !found)) throw notFound('User Not Found')
  const unreachable = recipients.find(({ address }) => address === null)
  if (unreachable)
    throw unprocessable('parameter_invalid', `Contact ${unreachable.contact_id} has no ${ADDRESS[message_type]}`)
  return { id: id as string, owner }
}

const ADDRESS = { inapp: 'id', email: 'email', sms: 'valid phone number', whatsapp: 'valid phone number' }
