// A contact writes, as though a provider had brought it: it takes the way that all takes that comes in on a channel.
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
import { type Placed, receive } from '#resources/conversations/inbound.ts'
import { answerTo, applyKeyword } from '#resources/unsubscribe/apply-keyword.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type Addressee, listAddressees, listParticipants } from './queries.ts'
import type { WrittenRequest } from './schema.ts'

/** `contact_id` is null where a keyword came from a number that nobody has; `keyword` and its answer are of SMS alone. */
export type Written = { channel: ChannelName; contact_id: string | null } & (
  | Placed
  | { outcome: 'keyword'; keyword: Keyword; answer: string | null }
)

export async function write(
  workspace: Workspace,
  request: WrittenRequest,
  attachments: Attachment[],
): Promise<Written> {
  const { body, subject, provider_id = `sandbox:${randomUUID()}`, created_at } = request
  assertBody(body, attachments)
  const addressees = await addresseesOf(workspace, request)
  const channel = channelOf(request, addressees)
  const keyword = channel === 'sms' ? keywordOf(body ?? '') : undefined
  if (keyword) return obeyed(workspace, keyword, await numberOf(workspace, request, addressees), provider_id)
  const contact = await writerOf(workspace, request, channel, addressees)
  assertHasAddress(contact, channel)
  const answers = addressees ? conversationOf(addressees, contact) : BEGINS[channel]
  const placed = await receive(workspace, {
    channel,
    provider_id,
    contact,
    body: body ?? '',
    attachments,
    ...(subject !== undefined && { subject }),
    ...(answers !== undefined && { answers }),
    created_at: created_at === undefined ? workspace.now() : fromEpoch(created_at),
  })
  return { channel, contact_id: contact.id, ...placed }
}

async function obeyed(workspace: Workspace, keyword: Keyword, number: string, provider_id: string): Promise<Written> {
  const is_heard = await applyKeyword(workspace, number, keyword, provider_id)
  const [contact] = await findContactsBy(workspace, 'formatted_phone', number)
  const answer = is_heard ? await answerTo(workspace, keyword) : null
  return { channel: 'sms', contact_id: contact?.id ?? null, outcome: 'keyword', keyword, answer }
}

/** A number that nobody has becomes no contact by a keyword, unless it is STOP. */
async function numberOf(workspace: Workspace, request: WrittenRequest, addressees: readonly Addressee[] | undefined) {
  const { id, user_id, phone } = request.contact ?? {}
  if (phone !== undefined && id === undefined && user_id === undefined) return readNumber(phone)
  const contact = await writerOf(workspace, request, 'sms', addressees)
  assertHasAddress(contact, 'sms')
  return contact.formatted_phone as string
}

/** Where nothing is named that it answers: a mail, or what is begun in the messenger, is new; the others cannot tell. */
const BEGINS: Record<ChannelName, null | undefined> = { inapp: null, email: null, sms: undefined, whatsapp: undefined }

/** Everybody who can answer what the request names; undefined where it names nothing. */
async function addresseesOf(workspace: Workspace, { to_message, to_conversation }: WrittenRequest) {
  if (to_message !== undefined && to_conversation !== undefined)
    throw invalid('Only one of to_message and to_conversation can be given')
  if (to_message !== undefined) return some(await listAddressees(workspace, to_message), 'Message not found')
  if (to_conversation !== undefined)
    return some(await listParticipants(workspace, to_conversation), 'Conversation not found')
}

function some(addressees: readonly Addressee[], otherwise: string): readonly Addressee[] {
  if (!addressees.length) throw notFound(otherwise)
  return addressees
}

/** A conversation may be answered by another way than it began; a message is answered where it was received. */
function channelOf({ channel, to_message }: WrittenRequest, [first]: readonly Addressee[] = []): ChannelName {
  if (to_message !== undefined && first && channel && channel !== first.channel)
    throw invalid(`channel must be ${first.channel}, as the message that it answers`)
  return channel ?? first?.channel ?? 'inapp'
}

function conversationOf(addressees: readonly Addressee[], { id }: ContactRow): string {
  return found(
    addressees.find(({ contact_id }) => contact_id === id)?.conversation_id,
    'The contact takes no part in what this answers',
  )
}

async function writerOf(
  workspace: Workspace,
  { contact }: WrittenRequest,
  channel: ChannelName,
  addressees: readonly Addressee[] = [],
): Promise<ContactRow> {
  const { id, user_id, email, phone, name = null } = contact ?? onlyOne(addressees)
  if (id !== undefined || user_id !== undefined) return findSender(workspace, { id, user_id })
  if (phone !== undefined) return behindNumber(workspace, phone, channel, name)
  if (email !== undefined && channel === 'email') {
    if (!isEmail(email)) throw invalid('contact.email is not an email address')
    return contactByEmail(workspace, email, name)
  }
  return findSender(workspace, { email })
}

function onlyOne(addressees: readonly Addressee[]): NonNullable<WrittenRequest['contact']> {
  const [first] = addressees
  const several = addressees.some(({ contact_id }) => contact_id !== first?.contact_id)
  if (several) throw invalid('contact is required: several can answer')
  return first ? { id: first.contact_id } : {}
}

async function behindNumber(workspace: Workspace, phone: string, channel: ChannelName, name: string | null) {
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

/** Nobody writes from an address that they do not have. */
function assertHasAddress(contact: ContactRow, channel: ChannelName) {
  const address = ADDRESSES[channel]
  if (address && !contact[address.column])
    throw unprocessable('parameter_invalid', `Contact ${contact.id} has no ${address.name}`)
}
