// Reads the content of a WhatsApp message of any type: a text that an inbox can show, and data for programs.
// https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
import { extension } from 'mime-types'
import { type Static, type TSchema, Type } from 'typebox'
import { lenient } from './lenient.ts'
import { orderText } from './order.ts'

/** A file that is still at Meta; `fetchMedia` gets it by its id. */
export type MediaReference = { id: string; name: string; content_type: string; sha256?: string }

export type Content = {
  body: string
  media?: MediaReference
  /** Data besides the text. */
  metadata?: Record<string, unknown>
  /** The wamid of the message that it changes or reacts to. With `needs_it`, it is nothing without that message. */
  changes?: { wamid: string; needs_it: boolean }
}

type Message = Record<string, unknown>
type Reader = (message: Message, type: string) => Content | undefined

/** Reads the property that is named like the message's type, as far as it matches the schema. */
const reader =
  <S extends TSchema>(schema: S, read: (content: Static<S>, type: string) => Content | undefined): Reader =>
  (message, type) => {
    const content = lenient(schema, message[type])
    return content === undefined ? undefined : read(content, type)
  }

const Text = Type.String({ maxLength: 65_536 })
const Maybe = Type.Optional(Text)

const Media = Type.Object({
  id: Type.String({ pattern: '^[\\w.:-]{1,255}$' }),
  mime_type: Maybe,
  sha256: Maybe,
  caption: Maybe,
  filename: Maybe,
  voice: Type.Optional(Type.Boolean()),
})

const media = reader(Media, ({ id, mime_type = '', sha256, caption, filename, voice }, type) => {
  const [content_type = ''] = mime_type.split(';')
  const name = (filename || `${type}-${id}.${extension(content_type) || 'bin'}`).slice(0, 255).toWellFormed()
  const file = { id, name, content_type: content_type.trim() || 'application/octet-stream', ...(sha256 && { sha256 }) }
  return { body: caption || note(voice ? 'Voice message' : (LABELS[type] ?? 'File'), filename), media: file }
})

const LABELS: Record<string, string> = {
  image: 'Image',
  video: 'Video',
  audio: 'Audio',
  document: 'Document',
  sticker: 'Sticker',
}

/** Returns a text in brackets for content that is not text, as in transcripts. */
const note = (what: string, name?: string): string => (name ? `[${what}: ${name}]` : `[${what}]`)

const Picked = Type.Object({ id: Maybe, title: Text, description: Maybe })
const Interactive = Type.Object({
  button_reply: Type.Optional(Picked),
  list_reply: Type.Optional(Picked),
  nfm_reply: Type.Optional(Type.Object({ name: Maybe, body: Maybe, response_json: Maybe })),
})

const Location = Type.Object({
  latitude: Type.Optional(Type.Number()),
  longitude: Type.Optional(Type.Number()),
  name: Maybe,
  address: Maybe,
  url: Maybe,
})

function location({ latitude, longitude, name, address, url }: Static<typeof Location>): Content | undefined {
  const point = latitude === undefined || longitude === undefined ? undefined : `${latitude},${longitude}`
  const label = [name, address].filter((part) => part).join(', ') || point?.replace(',', ', ')
  if (!label) return undefined
  const link = point ? `https://maps.google.com/?q=${point}` : url
  return {
    body: [`Location: ${label}`, link].filter((line) => line).join('\n'),
    metadata: { location: { latitude, longitude, name, address, url } },
  }
}

const Person = Type.Object({
  name: Type.Optional(Type.Object({ formatted_name: Maybe, first_name: Maybe, last_name: Maybe })),
  phones: Type.Optional(Type.Array(Type.Object({ phone: Maybe, wa_id: Maybe }))),
  emails: Type.Optional(Type.Array(Type.Object({ email: Maybe }))),
  org: Type.Optional(Type.Object({ company: Maybe })),
})

function personText({ name, phones = [], emails = [], org }: Static<typeof Person>): string {
  const called = name?.formatted_name || [name?.first_name, name?.last_name].filter((part) => part).join(' ')
  const known = [
    called,
    org?.company,
    ...phones.map(({ phone, wa_id }) => phone ?? wa_id),
    ...emails.map((one) => one.email),
  ]
  return `Contact: ${known.filter((part) => part).join(', ') || 'without a name'}`
}

const Order = Type.Object({
  catalog_id: Maybe,
  text: Maybe,
  product_items: Type.Optional(
    Type.Array(
      Type.Object({
        product_retailer_id: Maybe,
        quantity: Type.Optional(Type.Number()),
        item_price: Type.Optional(Type.Number()),
        currency: Maybe,
      }),
    ),
  ),
})

const Edit = Type.Object({
  original_message_id: Text,
  message: Type.Object({
    type: Type.String(),
    ...{ text: Type.Optional(Type.Object({ body: Text })), image: Type.Optional(Type.Object({ caption: Text })) },
    ...{
      video: Type.Optional(Type.Object({ caption: Text })),
      document: Type.Optional(Type.Object({ caption: Text })),
    },
  }),
})

function edited({ original_message_id: wamid, message }: Static<typeof Edit>): Content | undefined {
  const text = message.text?.body ?? (message.image ?? message.video ?? message.document)?.caption
  if (text === undefined) return undefined
  return { body: `Edited: ${text}`, metadata: { edited: wamid }, changes: { wamid, needs_it: false } }
}

const READERS: Record<string, Reader> = {
  text: reader(Type.Object({ body: Text }), ({ body }) => ({ body })),
  ...{ image: media, video: media, audio: media, voice: media, document: media, sticker: media },
  button: reader(Type.Object({ text: Text, payload: Maybe }), ({ text, payload }) => ({
    body: text,
    ...(payload && { metadata: { picked: payload } }),
  })),
  interactive: reader(Interactive, ({ button_reply, list_reply, nfm_reply }) => {
    const answer = button_reply ?? list_reply
    if (answer) return { body: answer.title, ...(answer.id && { metadata: { picked: answer.id } }) }
    const { body, response_json: picked } = nfm_reply ?? {}
    return nfm_reply && { body: body || note('Form'), ...(picked && { metadata: { picked } }) }
  }),
  location: reader(Location, location),
  contacts: reader(Type.Array(Person, { maxItems: 300 }), (people) => ({
    body: people.map(personText).join('\n'),
    metadata: { contacts: people },
  })),
  order: reader(Order, (order) => {
    const body = orderText(order)
    return body === undefined ? undefined : { body, metadata: { order } }
  }),
  edit: reader(Edit, edited),
  revoke: reader(Type.Object({ original_message_id: Text }), ({ original_message_id: wamid }) => ({
    body: note('Deleted a message'),
    metadata: { deleted: wamid },
    changes: { wamid, needs_it: true },
  })),
  reaction: reader(Type.Object({ message_id: Text, emoji: Maybe }), ({ message_id: wamid, emoji }) => ({
    body: emoji ? `Reacted with ${emoji}` : note('Removed a reaction'),
    metadata: { reaction: { message_id: wamid, emoji: emoji || null } },
    changes: { wamid, needs_it: true },
  })),
}

/** Types whose content is an object or a list with the text: without it there is nothing to show. */
const ESSENTIAL = new Set([
  'text',
  'button',
  'image',
  'video',
  'audio',
  'voice',
  'document',
  'sticker',
  'revoke',
  'reaction',
])

/**
 * Returns undefined if the text or file that makes up the message cannot be read. A message of any other type that WhatsApp
 * or we cannot show has a text that says so, and is itself the metadata.
 */
export function contentOf(message: Message, type: string): Content | undefined {
  const read = Object.hasOwn(READERS, type) ? READERS[type]?.(message, type) : undefined
  return read ?? (ESSENTIAL.has(type) ? undefined : unknown(message, type))
}

const Unsupported = Type.Object({ errors: Type.Optional(Type.Array(Type.Object({ title: Maybe }))) })

function unknown(message: Message, type: string): Content {
  const title = lenient(Unsupported, message)?.errors?.[0]?.title
  const what = title ?? (type === 'unsupported' ? undefined : type.slice(0, 100))
  return { body: note('A message that cannot be shown here', what), metadata: { whatsapp_message: message } }
}
