// Reads a message of any type from WhatsApp, and makes a text from it that an inbox can show.
import { extension } from 'mime-types'
import { type Static, type TSchema, Type } from 'typebox'
import { Check } from 'typebox/value'
import { Timestamp, timeOf } from './timestamp.ts'

/** A file that is still at Meta; `fetchMedia` gets it by its id. */
export type MediaReference = { id: string; name: string; content_type: string; sha256?: string }

export type InboundMessage = {
  wamid: string
  /** The number without a plus. */
  from: string
  at: Date
  /** The wamid of the message that it answers or quotes. */
  quoted: string | undefined
  body: string
  media?: MediaReference
  /** The payload of the picked button or list item, which the sender of the message chose. */
  picked?: string
}

const Message = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 512 }),
  from: Type.String({ pattern: '^\\d{5,15}$' }),
  timestamp: Timestamp,
  type: Type.String(),
  context: Type.Optional(Type.Object({ id: Type.Optional(Type.String()) })),
})

/** Why a message is in no conversation. */
export type Unshown = 'reaction' | 'system_message' | 'no_content' | 'unreadable'

/** Types without content to show, such as a reaction, or a system message about a changed number. */
const UNSHOWN = new Map<string, Unshown>([
  ['reaction', 'reaction'],
  ['system', 'system_message'],
  ['request_welcome', 'no_content'],
  ['ephemeral', 'no_content'],
])

/** Returns the reason if there is nothing to show, or the message cannot be read. */
export function readMessage(message: unknown): InboundMessage | Unshown {
  if (!Check(Message, message)) return 'unreadable'
  const { id: wamid, from, timestamp, type, context } = message
  const unshown = UNSHOWN.get(type)
  if (unshown) return unshown
  const content = (READERS[type] ?? readUnknown)(message as Record<string, unknown>, type)
  if (!content) return 'unreadable'
  return { wamid, from, at: timeOf(timestamp), quoted: context?.id, ...content }
}

type Content = Pick<InboundMessage, 'body' | 'media' | 'picked'>
type Reader = (message: Record<string, unknown>, type: string) => Content | undefined

/** Reads the property that is named like the message's type, if it matches the schema. */
const reader =
  <S extends TSchema>(schema: S, read: (content: Static<S>, type: string) => Content): Reader =>
  (message, type) => {
    const content = message[type]
    return Check(schema, content) ? read(content as Static<S>, type) : undefined
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
  latitude: Type.Number(),
  longitude: Type.Number(),
  name: Maybe,
  address: Maybe,
})

const People = Type.Array(
  Type.Object({
    name: Type.Optional(Type.Object({ formatted_name: Maybe })),
    phones: Type.Optional(Type.Array(Type.Object({ phone: Maybe, wa_id: Maybe }))),
    emails: Type.Optional(Type.Array(Type.Object({ email: Maybe }))),
  }),
  { maxItems: 300 },
)

const READERS: Record<string, Reader> = {
  text: reader(Type.Object({ body: Text }), ({ body }) => ({ body })),
  ...{ image: media, video: media, audio: media, voice: media, document: media, sticker: media },
  button: reader(Type.Object({ text: Text, payload: Maybe }), ({ text, payload }) => ({
    body: text,
    ...(payload && { picked: payload }),
  })),
  interactive: reader(Interactive, ({ button_reply, list_reply, nfm_reply }) => {
    const answer = button_reply ?? list_reply
    if (answer) return { body: answer.title, ...(answer.id && { picked: answer.id }) }
    return {
      body: nfm_reply?.body || note('Form'),
      ...(nfm_reply?.response_json && { picked: nfm_reply.response_json }),
    }
  }),
  location: reader(Location, ({ latitude, longitude, name, address }) => ({
    body: [
      `Location: ${[name, address].filter((part) => part).join(', ') || `${latitude}, ${longitude}`}`,
      `https://maps.google.com/?q=${latitude},${longitude}`,
    ].join('\n'),
  })),
  contacts: reader(People, (people) => ({
    body: people
      .map(({ name, phones = [], emails = [] }) =>
        [name?.formatted_name, ...phones.map(({ phone, wa_id }) => phone ?? wa_id), ...emails.map(({ email }) => email)]
          .filter((part) => part)
          .join(', '),
      )
      .map((person) => `Contact: ${person || 'without a name'}`)
      .join('\n'),
  })),
}

const Unsupported = Type.Object({ errors: Type.Array(Type.Object({ title: Maybe }), { minItems: 1 }) })

/** A message that WhatsApp or we cannot show is not dropped: its text says that the contact wrote something. */
const readUnknown: Reader = (message, type) => {
  const title = Check(Unsupported, message) ? message.errors[0]?.title : undefined
  return { body: note('A message that cannot be shown here', title ?? (type === 'unsupported' ? undefined : type)) }
}
