// Receives a message that a test writes as a contact, by the same verb as messages from a provider.
import { randomUUID } from 'node:crypto'
import type { ChannelName } from '#channels/channel.ts'
import { type Keyword, keywordOf } from '#channels/sms/keywords.ts'
import { assertBody, found, invalid, notFound, unprocessable } from '#http/errors.ts'
import { fromEpoch } from '#http/types.ts'
import { isEmail } from '#lib/email.ts'
import { e164 } from '#lib/phone.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import { contactByEmail, contactByPhone } from '#resources/contacts/create.ts'
import { findSender } from '#resources/contacts/named.ts'
import { type ContactRow, findContactsBy } from '#resources/contacts/queries.ts'
import { type ReceiveResult, receive } from '#resources/conversations/inbound.ts'
import { answerTo, applyKeyword } from '#resources/unsubscribe/apply-keyword.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { listParticipants, listRecipients, type ReplyTarget } from './queries.ts'
import type { WrittenRequest } from './schema.ts'

/** `contact_id` is null if a keyword came from a number that no contact has. Only SMS has keywords. */
export type Written = { channel: ChannelName; contact_id: string | null } & (
  | ReceiveResult
  | { outcome: 'keyword'; keyword: Keyword; answer: string | null }
)

export async function write(
  workspace: Workspace,
  request: WrittenRequest,
  attachments: Attachment[],
): Promise<Written> {
  const { body, subject, provider_id = `sandbox:${randomUUID()}`, created_at } = request
  assertBody(body, attachments)
  const targets = await targetsOf(workspace, request)
  const channel = channelOf(request, targets)
  const keyword = channel === 'sms' ? keywordOf(body ?? '') : undefined
  if (keyword) return receiveKeyword(workspace, keyword, await numberOf(workspace, request, targets), provider_id)
  const contact = await authorOf(workspace, request, channel, targets)
  assertHasAddress(contact, channel)
  const answers = targets ? conversationOf(targets, contact) : WITHOUT_TARGET[channel]
  const result = await receive(workspace, {
    channel,
    provider_id,
    contact,
    body: body ?? '',
    attachments,
    ...(subject !== undefined && { subject }),
    ...(answers !== undefined && { answers }),
    created_at: created_at === undefined ? workspace.now() : fromEpoch(created_at),
  })
  return { channel, contact_id: contact.id, ...result }
}

async function receiveKeyword(
  workspace: Workspace,
  keyword: Keyword,
  number: string,
  provider_id: string,
): Promise<Written> {
  const is_answered = await applyKeyword(workspace, number, keyword, provider_id)
  const [contact] = await findContactsBy(workspace, 'formatted_phone', number)
  const answer = is_answered ? await answerTo(workspace, keyword) : null
  return { channel: 'sms', contact_id: contact?.id ?? null, outcome: 'keyword', keyword, answer }
}

/** An unknown number is not made a contact here: a keyword only creates one if it is STOP. */
async function numberOf(workspace: Workspace, request: WrittenRequest, targets: readonly ReplyTarget[] | undefined) {
  const { id, user_id, phone } = request.contact ?? {}
  if (phone !== undefined && id === undefined && user_id === undefined) return readNumber(phone)
  const contact = await authorOf(workspace, request, 'sms', targets)
  assertHasAddress(contact, 'sms')
  return contact.formatted_phone as string
}

/** If the request names nothing that it answers: null starts a conversation; undefined may continue one. */
const WITHOUT_TARGET: Record<ChannelName, null | undefined> = {
  inapp: null,
  email: null,
  sms: undefined,
  whatsapp: undefined,
}

/** Returns all contacts who can reply to what the request names, or undefined if it names nothing. */
async function targetsOf(workspace: Workspace, { to_message, to_conversation }: WrittenRequest) {
  if (to_message !== undefined && to_conversation !== undefined)
    throw invalid('Only one of to_message and to_conversation can be given')
  if (to_message !== undefined) return atLeastOne(await listRecipients(workspace, to_message), 'Message not found')
  if (to_conversation !== undefined)
    return atLeastOne(await listParticipants(workspace, to_conversation), 'Conversation not found')
}

function atLeastOne(targets: readonly ReplyTarget[], otherwise: string): readonly ReplyTarget[] {
  if (!targets.length) throw notFound(otherwise)
  return targets
}

/** A reply in a conversation can use any channel; a reply to a message uses the channel of the message. */
function channelOf({ channel, to_message }: WrittenRequest, [first]: readonly ReplyTarget[] = []): ChannelName {
  if (to_message !== undefined && first && channel && channel !== first.channel)
    throw invalid(`channel must be ${first.channel}, like that of the message`)
  return channel ?? first?.channel ?? 'inapp'
}

function conversationOf(targets: readonly ReplyTarget[], { id }: ContactRow): string {
  return found(
    targets.find(({ contact_id }) => contact_id === id)?.conversation_id,
    'The contact is not a participant of the conversation',
  )
}

async function authorOf(
  workspace: Workspace,
  { contact }: WrittenRequest,
  channel: ChannelName,
  targets: readonly ReplyTarget[] = [],
): Promise<ContactRow> {
  const { id, user_id, email, phone, name = null } = contact ?? onlyOne(targets)
  if (id !== undefined || user_id !== undefined) return findSender(workspace, { id, user_id })
  if (phone !== undefined) return findOrCreateByNumber(workspace, phone, channel, name)
  if (email !== undefined && channel === 'email') {
    if (!isEmail(email)) throw invalid('contact.email is not an email address')
    return contactByEmail(workspace, email, name)
  }
  return findSender(workspace, { email })
}

function onlyOne(targets: readonly ReplyTarget[]): NonNullable<WrittenRequest['contact']> {
  const [first] = targets
  const several = targets.some(({ contact_id }) => contact_id !== first?.contact_id)
  if (several) throw invalid('contact is required: several contacts can reply')
  return first ? { id: first.contact_id } : {}
}

async function findOrCreateByNumber(workspace: Workspace, phone: string, channel: ChannelName, name: string | null) {
  const number = readNumber(phone)
  if (channel === 'sms' || channel === 'whatsapp') return contactByPhone(workspace, number, name)
  const [known] = await findContactsBy(workspace, 'formatted_phone', number)
  return found(known, 'User Not Found')
}

function readNumber(phone: string): string {
  const number = e164(phone)
  if (!number) throw invalid('contact.phone is not a phone number with its country code')
  return number
}

const ADDRESSES: Partial<Record<ChannelName, { column: 'email' | 'formatted_phone'; name: string }>> = {
  email: { column: 'email', name: 'email' },
  sms: { column: 'formatted_phone', name: 'valid phone number' },
  whatsapp: { column: 'formatted_phone', name: 'valid phone number' },
}

/** @throws a 422 if the contact has no address on the channel, and so cannot write from it. */
function assertHasAddress(contact: ContactRow, channel: ChannelName) {
  const address = ADDRESSES[channel]
  if (address && !contact[address.column])
    throw unprocessable('parameter_invalid', `Contact ${contact.id} has no ${address.name}`)
}
