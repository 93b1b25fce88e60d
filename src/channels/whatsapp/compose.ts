// Composes one WhatsApp message in Meta's JSON from a delivery: a template, a text, or a file with a caption.
import type { Outgoing } from '../channel.ts'
import { metaComponents } from './components.ts'
import { whatsappText } from './text.ts'

type File = Outgoing['attachments'][number]

/** The message for Meta, or the reason why none is sent. */
export type Composed = { message: Record<string, unknown> } | { code: string; reason: string }

/** Meta's limits, in characters. */
const MAX_TEXT = 4096
const MAX_CAPTION = 1024

/**
 * `POST /messages` sends templates; an answer in a conversation is free text. One delivery is one message, so that it
 * has one wamid: a single file is sent as media with the text as its caption if WhatsApp supports it; otherwise the
 * text ends with links to the files. Messages that WhatsApp never accepts are refused here.
 */
export async function compose(outgoing: Outgoing, tracker: string): Promise<Composed> {
  const composed = outgoing.part_id === null ? template(outgoing) : await answer(outgoing)
  if ('reason' in composed) return composed
  return {
    message: {
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      ...recipient(outgoing.address),
      ...composed.message,
      biz_opaque_callback_data: tracker,
    },
  }
}

/** A phone number, or the business-scoped id of a user whose number is not known. */
const recipient = (address: string) =>
  /^\+?\d+$/.test(address) ? { to: address.replace(/^\+/, '') } : { recipient: address }

function template({ template: name, locale, components }: Outgoing): Composed {
  if (!name)
    return { code: 'no_template', reason: 'A conversation on WhatsApp must start with a template, and there is none' }
  const filled = metaComponents(components)
  const template = { name, language: { code: languageCode(locale) }, ...(filled.length && { components: filled }) }
  return { message: { type: 'template', template } }
}

/** Meta writes `pt_BR` for `pt-BR`. */
const languageCode = (locale: string | null): string => (locale ?? 'en').replace('-', '_')

async function answer({ body, attachments }: Outgoing): Promise<Composed> {
  const text = await whatsappText(body ?? '')
  const [file, ...more] = attachments
  const medium = file && !more.length ? media(file, text) : undefined
  if (medium) return { message: medium }
  const whole = [text, ...attachments.map(({ name, url }) => `${name}: ${url}`)].filter((line) => line).join('\n\n')
  if (!whole) return { code: 'empty', reason: 'The answer has no content that WhatsApp can show' }
  const length = [...whole].length
  if (length > MAX_TEXT)
    return { code: 'too_long', reason: `WhatsApp accepts ${MAX_TEXT} characters of text; these are ${length}` }
  const preview = /https?:\/\//.test(whole) && { preview_url: true }
  return { message: { type: 'text', text: { body: whole, ...preview } } }
}

const MB = 1024 * 1024
const DOCUMENTS = [
  ...['text/plain', 'application/pdf', 'application/msword', 'application/vnd.ms-excel'],
  ...['application/vnd.ms-powerpoint', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
]

/** The media that WhatsApp accepts: types, size limits, and whether a caption is possible. */
const MEDIA: { type: string; content_types: string[]; bytes: number; captioned: boolean }[] = [
  { type: 'image', content_types: ['image/jpeg', 'image/png'], bytes: 5 * MB, captioned: true },
  { type: 'video', content_types: ['video/mp4', 'video/3gpp'], bytes: 16 * MB, captioned: true },
  {
    type: 'audio',
    content_types: ['audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg'],
    bytes: 16 * MB,
    captioned: false,
  },
  { type: 'document', content_types: DOCUMENTS, bytes: 100 * MB, captioned: true },
]

function media({ name, url, content_type, filesize }: File, text: string): Record<string, unknown> | undefined {
  const kind = MEDIA.find(({ content_types }) => content_types.includes(content_type))
  if (!kind || filesize > kind.bytes || [...text].length > (kind.captioned ? MAX_CAPTION : 0)) return undefined
  const { type } = kind
  return {
    type,
    [type]: { link: url, ...(text && { caption: text }), ...(type === 'document' && { filename: name }) },
  }
}
