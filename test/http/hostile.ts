// Request bodies that cost much if they are parsed, checked or copied without bounds.

const MB = 1024 * 1024
const repeat = (text: string, bytes: number) => text.repeat(Math.floor(bytes / text.length))
const list = (item: string, count: number) => Array(count).fill(item).join()
const tagged = (items: string) => `{"name":"x","users":[${items}]}`
const session = (attributes: string) => `{"app_id":"x","custom_attributes":${attributes}}`
const keys = (count: number) => `{${Array.from({ length: count }, (_, n) => `"k${n}":1`).join()}}`
const filter = (value: string) => `{"query":{"operator":"AND","value":[${value}]}}`
/** A signature of the right form, but of no body. */
export const SIGNED = { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }
const callback = (changes: string) => `{"entry":[{"changes":[${changes}]}]}`
const people = `{"field":"messages","value":{"metadata":{"phone_number_id":"1"},"contacts":[${list('{}', 99_000)}]}}`
const reply = (file: string) => `{"message_type":"comment","type":"admin","admin_id":"1","body":"x",${file}}`

/** HTML in the body of a message, a reply or a note, for somebody who does not exist. */
const message = (body: string) =>
  JSON.stringify({ message_type: 'in_app', body, from: { type: 'admin', id: '1' }, to: { type: 'user', id: 'x' } })
const written = (body: string) => JSON.stringify({ message_type: 'comment', type: 'admin', admin_id: '1', body })

const FORM = 'application/x-www-form-urlencoded'

/** The status is that of the answer. The type is the Content-Type; JSON if it is absent. */
export type Hostile = [name: string, route: string, body: string, status: number, type?: string]

export const HOSTILE: Hostile[] = [
  ['ten megabytes of users', 'POST /tags', tagged(list('{}', 3_300_000)), 413],
  ['a megabyte of users', 'POST /tags', tagged(list('{}', 340_000)), 400],
  ['as many users as may be parsed', 'POST /tags', tagged(list('{}', 9_990)), 400],
  ['as many numbers as may be parsed', 'POST /tags', tagged(list('0', 19_990)), 400],
  ['a megabyte of open brackets', 'POST /tags', repeat('[', MB - 1), 400],
  ['a megabyte of white space', 'POST /tags', repeat(' \n', MB - 2), 400],
  ['a megabyte of backslashes', 'POST /tags', `{"name":"${repeat('\\\\', MB - 100)}"}`, 400],
  ['a megabyte of escaped quotes', 'POST /tags', `{"name":"${repeat('\\"', MB - 100)}"}`, 400],
  ['a megabyte of half surrogates', 'POST /tags', `{"name":"${repeat('\\ud800', MB - 100)}"}`, 400],
  ['many keys with half surrogates', 'POST /tags', `{"\\ud800":1,${keys(19_000).slice(1)}`, 400],
  ['an open quote', 'POST /tags', `"${repeat('x', MB - 2)}`, 400],
  ['recipients', 'POST /messages', `{"message_type":"in_app","body":"x","to":[${list('{}', 9_900)}]}`, 400],
  ['filters', 'POST /contacts/search', filter(list('{}', 9_900)), 400],
  ['filters in filters', 'POST /contacts/search', `{"query":${repeat('{"value":[', 100)}`, 400],
  ['filters with long lists', 'POST /contacts/search', filter(`{"value":[${list('{}', 9_900)}]}`), 400],
  ['attributes of a contact', 'POST /contacts', `{"role":"user","custom_attributes":${keys(19_000)}}`, 400],
  ['ids of a broadcast', 'POST /extensions/broadcasts', `{"audience":{"contact_ids":[${list('{}', 9_900)}]}}`, 400],
  ['attributes of a visitor', 'POST /extensions/messenger/sessions', session(keys(19_000)), 400],
  ['a list of a visitor', 'POST /extensions/messenger/sessions', session(`{"a":[${list('{}', 340_000)}]}`), 400],
  [
    'ten megabytes of a visitor',
    'POST /extensions/messenger/sessions',
    session(`{"a":"${repeat('x', 10 * MB)}"}`),
    413,
  ],
  ['files', 'POST /conversations/1/reply', reply(`"attachment_files":[${list('{}', 9_900)}]`), 400],
  ['ten megabytes of values', 'POST /conversations/1/reply', reply(`"a":[${list('{}', 3_000_000)}]`), 400],
  ['changes from Meta', 'POST /webhooks/whatsapp', `{"entry":[${list('{}', 1_300_000)}]}`, 400],
  ['as many changes as may be parsed', 'POST /webhooks/whatsapp', `{"entry":[${list('{}', 99_000)}]}`, 200],
  ['changes about messages', 'POST /webhooks/whatsapp', callback(list('{"field":"messages"}', 99_000)), 200],
  ['people from Meta', 'POST /webhooks/whatsapp', callback(people), 200],
  ['texts from Meta', 'POST /webhooks/whatsapp', callback(list('"\\u0000\\ud800"', 199_000)), 200],
  ['levels from Meta', 'POST /webhooks/whatsapp', repeat('{"entry":[', 4_000_000), 400],
  ['a form of names', 'POST /tags', repeat('a&', MB - 1), 400, FORM],
  ['a form of one name', 'POST /tags', repeat('name=&', MB - 1), 400, FORM],
]

const PIECES = [
  '<p>',
  '<b>a',
  '<td>',
  '<br>',
  '<div>',
  '<ul><li>',
  '<p>\n\n',
  '<a href="https://x.y">',
  '<',
  '&amp;',
  '</p> ',
]

/** HTML that costs much to convert. Its conversion comes before the search for the contact or conversation. */
export const HTML_BODIES: Hostile[] = PIECES.flatMap((piece): Hostile[] => [
  [`a message of ${JSON.stringify(piece)}`, 'POST /messages', message(`x${repeat(piece, 99_999)}`), 404],
  [`a reply of ${JSON.stringify(piece)}`, 'POST /conversations/1/reply', written(`x${repeat(piece, 249_999)}`), 404],
  [`a note of ${JSON.stringify(piece)}`, 'POST /contacts/x/notes', written(`x${repeat(piece, 249_999)}`), 404],
])
