// A conversation as a row of an inbox: who wrote last, and what.
import { type Static, Type } from 'typebox'
import { plainText } from '#content/plain.ts'
import { PageQuery, UncountedPages } from '#http/lists.ts'
import { epoch, epochOrNull, Nullable, named } from '#http/types.ts'
import { type InboxRow, SEARCHED } from './queries.ts'

const STATES = ['open', 'closed', 'snoozed'] as const

export const InboxConversation = named(
  'inbox_conversation',
  Type.Object({
    type: Type.Literal('inbox_conversation'),
    id: Type.String(),
    contact: Nullable(
      named(
        'inbox_contact',
        Type.Object({
          type: Type.Literal('contact'),
          id: Type.String(),
          name: Nullable(Type.String()),
          email: Nullable(Type.String()),
        }),
      ),
    ),
    subject: Nullable(Type.String()),
    last_part: named(
      'inbox_last_part',
      Type.Object({
        part_type: Type.String({ description: '`comment`, `note` …; of the opening `conversation`.' }),
        author_type: Type.String(),
        text: Type.String({ description: 'The first 140 characters of its text.' }),
        created_at: Type.Integer(),
      }),
    ),
    state: Type.Enum(STATES),
    channel: Type.String({ description: 'How it began: `email`, `sms`, `whatsapp`, `conversation` (in-app) …' }),
    admin_assignee_id: Nullable(Type.String()),
    team_assignee_id: Nullable(Type.String()),
    priority: Type.String(),
    waiting_since: Nullable(Type.Integer()),
    snoozed_until: Nullable(Type.Integer()),
    unread: Type.Boolean({ description: 'The contact has written since a teammate read it.' }),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
  }),
)

export const InboxPage = named(
  'inbox_page',
  Type.Object({ type: Type.Literal('list'), data: Type.Array(InboxConversation), pages: UncountedPages }),
)

export const InboxQuery = Type.Object({
  ...PageQuery.properties,
  state: Type.Optional(Type.Enum(STATES)),
  contact_id: Type.Optional(Type.String({ description: 'Those that the contact takes part in.' })),
  q: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: `What the name or address of a contact, the subject or the opening contains, among the newest ${SEARCHED.toLocaleString('en')}.`,
    }),
  ),
})
export type InboxQuery = Static<typeof InboxQuery>

export const PresenceRequest = named(
  'presence_request',
  Type.Object({
    activity: Type.Enum(['reading', 'writing', 'left'], {
      description: 'Repeat reading and writing every 20 seconds. What is written as a note is reading.',
    }),
  }),
)

const SHOWN_LENGTH = 140

export const presentInboxRow = (row: InboxRow): Static<typeof InboxConversation> => ({
  type: 'inbox_conversation',
  id: row.id,
  contact: row.contact,
  subject: textOf(row.subject) || null,
  last_part: {
    part_type: row.last_part_type,
    author_type: row.last_author_type,
    text: shortened(textOf(row.last_body)),
    created_at: epoch(row.last_created_at),
  },
  state: row.state,
  channel: row.source_type,
  admin_assignee_id: row.admin_assignee_id,
  team_assignee_id: row.team_assignee_id,
  priority: row.priority,
  waiting_since: epochOrNull(row.waiting_since),
  snoozed_until: epochOrNull(row.snoozed_until),
  unread: !row.read,
  created_at: epoch(row.created_at),
  updated_at: epoch(row.updated_at),
})

const textOf = (html: string | null): string => plainText(html ?? '').replace(/\s+/g, ' ')

/** Cuts between characters, never within one. */
const shortened = (text: string): string => [...text.slice(0, 2 * SHOWN_LENGTH)].slice(0, SHOWN_LENGTH).join('')
