// Checks the request of POST /messages in Intercom's order, and returns a message of one type.

import { linkifyit } from 'linkify-it'
import type { ChannelName } from '#channels/channel.ts'
import { type ApiError, invalid, missing, unprocessable } from '#http/errors.ts'
import { type ChangeName, has, versionOf } from '#versions/changes.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { MessageRequest, Recipient } from './schema.ts'

/** A recipient, and whether it is in `to`, `cc` or `bcc`. */
export type Addressee = Recipient & { recipient_type: 'to' | 'cc' | 'bcc' }

export type CheckedMessage = {
  admin_id: string
  message_type: ChannelName
  addressees: Addressee[]
  /** As the caller wrote it; a WhatsApp template has none. */
  body: string | null
  subject: string | null
  template: string | null
  locale: string | null
  components: object[] | null
  subscription_type_id: string | null
}

/** All spellings in Intercom's documentation. The default is in-app. */
const MESSAGE_TYPES: Record<string, ChannelName> = {
  in_app: 'inapp',
  inapp: 'inapp',
  conversation: 'inapp',
  email: 'email',
  sms: 'sms',
  whatsapp: 'whatsapp',
}

const LATER_TYPES: Partial<Record<ChannelName, ChangeName>> = {
  whatsapp: 'messages-by-whatsapp',
  sms: 'messages-by-sms',
}

/** The limit of carriers: ten segments. */
const MAX_SMS_LENGTH = 1600

/** Returns the checked message, or throws the first error in Intercom's order. */
export function checkMessage(workspace: Workspace, request: MessageRequest): CheckedMessage {
  const message_type = messageTypeOf(workspace, request)
  if (message_type === 'whatsapp') checkTemplate(request)
  else checkText(request, message_type)

  if (!request.from?.id) throw missing('from.id is required')
  return {
    admin_id: request.from.id,
    message_type,
    addressees: addresseesOf(workspace, request),
    body: request.body ?? null,
    subject: subjectOf(request, message_type),
    template: templateOf(request, message_type),
    locale: message_type === 'whatsapp' ? (request.locale ?? 'en') : null,
    components: message_type === 'whatsapp' ? (request.components ?? null) : null,
    subscription_type_id: request.subscription_type_id ?? null,
  }
}

function messageTypeOf(workspace: Workspace, { message_type = 'inapp' }: MessageRequest): ChannelName {
  const known = MESSAGE_TYPES[message_type]
  if (!known) throw invalid('message_type must be one of in_app, email, sms, whatsapp')
  const later = LATER_TYPES[known]
  if (later && !has(workspace, later)) throw invalid(`message_type ${known} needs version ${versionOf(later)}`)
  return known
}

function checkTemplate({ template, components }: MessageRequest) {
  if (!template) throw missing('template is required')
  if (!components) throw missing('components is required')
}

function checkText({ body, subject }: MessageRequest, message_type: ChannelName) {
  if (!body?.trim()) throw invalid('Body is required')
  if (message_type === 'email' && !subject?.trim()) {
    throw unprocessable('parameter_not_found', 'No subject supplied for email message')
  }
  if (message_type === 'sms' && (hasLink(body) || body.length > MAX_SMS_LENGTH)) throw invalidSms()
}

const invalidSms = (): ApiError => invalid('Invalid SMS message body')

/** Links by their scheme or `www.`; a bare `word.word` is more often a missing space than a link. */
const links = linkifyit({ fuzzyLink: false, fuzzyEmail: false })
const hasLink = (text: string) => links.test(text) || /(^|\s)www\.\S/i.test(text)

const SEVERAL = 'messages-to-several-recipients'

function addresseesOf(workspace: Workspace, { to, cc, bcc }: MessageRequest): Addressee[] {
  const several = [to, cc, bcc].some(Array.isArray) || cc || bcc
  if (several && !has(workspace, SEVERAL)) throw invalid(`Several recipients need version ${versionOf(SEVERAL)}`)
  const addressees = [...recipientsIn('to', to), ...recipientsIn('cc', cc), ...recipientsIn('bcc', bcc)]
  if (!addressees.some(({ recipient_type }) => recipient_type === 'to')) throw missing('to is required')
  return addressees
}

const recipientsIn = (
  recipient_type: 'to' | 'cc' | 'bcc',
  recipients: Recipient | Recipient[] | undefined,
): Addressee[] => [recipients ?? []].flat().map((recipient) => ({ ...recipient, recipient_type }))

/** An in-app message has its body as subject, as in Intercom's answers. */
const subjectOf = ({ subject, body }: MessageRequest, type: ChannelName): string | null =>
  subject ?? (type === 'inapp' ? (body ?? null) : null)

function templateOf({ template }: MessageRequest, type: ChannelName): string | null {
  if (type === 'whatsapp') return template ?? null
  if (type !== 'email') return null
  if (template && template !== 'plain' && template !== 'personal') throw invalid('template must be plain or personal')
  return template ?? 'plain'
}
