// The schemas of conversations, and their mapping from rows. A listed conversation has no parts.
import { type Static, Type } from 'typebox'
import type { Page, PageResult } from '#db/page.ts'
import { CursorPages, presentPages } from '#http/lists.ts'
import { epoch, epochOrNull, Nullable, named } from '#http/types.ts'
import { ShownAttachment } from '#resources/attachments/schema.ts'
import { Company, presentWithoutNotes } from '#resources/companies/schema.ts'
import { AdminReference, ContactReference } from '#resources/references.ts'
import { presentSlaApplied, SlaApplied } from '#resources/slas/schema.ts'
import { AppliedTags } from '#resources/tags/schema.ts'
import { presentAiAgent, ShownAiAgent } from './ai-agent.ts'
import { channelName } from './channels.ts'
import { type Display, mailMetadata } from './display.ts'
import { LinkedObjects, presentLinked } from './linked-objects.ts'
import type { ShownRow } from './list-queries.ts'
import { AiTopics, ExternalReference, QUALITY, SalesAgent } from './never-here.ts'
import { EmailMessageMetadata, PartList } from './parts/schema.ts'
import { isTicket } from './queries.ts'
import { ConversationRating, presentRating } from './ratings/schema.ts'
import type { QualityQuery } from './requests.ts'
import type { CreatedConversation } from './start/queries.ts'
import { presentStatistics, Statistics } from './state/statistics.ts'
import { Ticket } from './tickets/schema.ts'

const Source = named(
  'conversation_source',
  Type.Object({
    type: Type.String({ description: 'The channel: conversation (in-app), email, sms or whatsapp.' }),
    id: Type.String({ description: 'The id of the message that started the conversation.' }),
    delivered_as: Type.Enum(['customer_initiated', 'admin_initiated']),
    recipients: Type.Optional(
      Type.Array(
        Type.Object({
          type: Type.Enum(['to', 'cc', 'bcc']),
          email: Type.String(),
          drop_reason: Nullable(Type.String({ description: 'Why the email was not delivered to this recipient.' })),
        }),
      ),
    ),
    subject: Type.String(),
    body: Nullable(Type.String()),
    reply_to: Type.Optional(
      Nullable(
        Type.Array(Type.Object({ email: Type.String(), name: Nullable(Type.String()) }), {
          description: 'The Reply-To addresses of a received email; null if it has none.',
        }),
      ),
    ),
    author: Type.Object({
      type: Type.Enum(['admin', 'user', 'lead']),
      id: Type.String(),
      name: Nullable(Type.String()),
      email: Type.String(),
    }),
    attachments: Type.Array(ShownAttachment),
    url: Nullable(Type.String()),
    redacted: Type.Boolean(),
    email_message_metadata: Type.Optional(EmailMessageMetadata),
  }),
)

export const ListedConversation = named(
  'conversation_list_item',
  Type.Object({
    type: Type.Literal('conversation'),
    id: Type.String(),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
    waiting_since: Nullable(Type.Integer()),
    snoozed_until: Nullable(Type.Integer()),
    source: Source,
    contacts: named(
      'conversation_contacts',
      Type.Object({
        type: Type.Literal('contact.list'),
        contacts: Type.Array(ContactReference),
      }),
    ),
    first_contact_reply: Nullable(
      named(
        'conversation_first_contact_reply',
        Type.Object({ created_at: Type.Integer(), type: Type.String(), url: Nullable(Type.String()) }),
      ),
    ),
    admin_assignee_id: Type.Integer({ description: '0 if no admin is assigned.' }),
    team_assignee_id: Type.Integer({ description: '0 if no team is assigned.' }),
    open: Type.Boolean({ description: 'Also true for a snoozed conversation.' }),
    state: Type.Enum(['open', 'closed', 'snoozed']),
    read: Type.Boolean(),
    tags: AppliedTags,
    priority: Type.Enum(['none', 'low', 'medium', 'high', 'urgent']),
    sla_applied: Nullable(SlaApplied),
    statistics: Statistics,
    conversation_rating: Nullable(ConversationRating),
    teammates: named(
      'conversation_teammates',
      Type.Object({
        type: Type.Literal('admin.list'),
        admins: Type.Array(AdminReference, { description: 'The admins who wrote a part.' }),
        teammates: Type.Array(AdminReference, { description: 'The same as `admins`.' }),
      }),
    ),
    title: Nullable(Type.String()),
    company: Nullable(Company),
    custom_attributes: Type.Record(Type.String(), Type.Unknown()),
    topics: named(
      'conversation_topics',
      Type.Object({
        type: Type.Literal('topic.list'),
        topics: Type.Array(Type.Never()),
        total_count: Type.Literal(0),
      }),
    ),
    ticket: Type.Null(),
    linked_objects: LinkedObjects,
    ai_topics: Nullable(AiTopics),
    ai_agent: Nullable(ShownAiAgent),
    ai_agent_participated: Type.Boolean(),
    sales_agent_participated: Type.Optional(Type.Boolean()),
    sales_agent: Type.Optional(Nullable(SalesAgent)),
    external_references: Type.Optional(Type.Array(ExternalReference)),
    channel: named(
      'conversation_channel',
      Type.Object(
        { initial: Nullable(Type.String()), current: Nullable(Type.String()) },
        { description: 'Null on a custom channel.' },
      ),
    ),
    ...QUALITY,
  }),
)

export const Conversation = named(
  'conversation',
  Type.Object({
    customers: Type.Optional(
      Type.Array(Type.Object({ type: Type.Enum(['user', 'lead']), id: Type.String() }), {
        description: 'Only in the answer to a request that adds or removes a participant: that contact.',
      }),
    ),
    ...ListedConversation.properties,
    ticket: Nullable(Ticket),
    conversation_parts: PartList,
  }),
)

export const ConversationList = named(
  'conversation_list',
  Type.Object({
    type: Type.Literal('conversation.list'),
    pages: CursorPages,
    total_count: Type.Integer(),
    conversations: Type.Array(ListedConversation),
  }),
)

/** The answer to a message from a contact. */
export const UserMessage = named(
  'user_message',
  Type.Object({
    type: Type.Literal('user_message'),
    id: Type.String(),
    created_at: Type.Integer(),
    subject: Type.Optional(Type.String()),
    body: Type.String(),
    message_type: Type.Literal('inapp'),
    conversation_id: Type.String(),
  }),
)

export const presentUserMessage = (
  { subject, body }: { subject?: string | undefined; body: string },
  { id, conversation_id, created_at }: CreatedConversation,
): Static<typeof UserMessage> => ({
  type: 'user_message',
  id,
  created_at: epoch(created_at),
  ...(subject && { subject }),
  body,
  message_type: 'inapp',
  conversation_id,
})

export const presentConversation = (row: ShownRow, display: Display): Static<typeof ListedConversation> => ({
  type: 'conversation',
  id: row.id,
  created_at: epoch(row.created_at),
  updated_at: epoch(row.updated_at),
  waiting_since: epochOrNull(row.waiting_since),
  snoozed_until: epochOrNull(row.snoozed_until),
  source: presentSource(row, display),
  contacts: {
    type: 'contact.list',
    contacts: row.contacts.map(({ id, external_id }) => ({ type: 'contact', id, external_id })),
  },
  first_contact_reply: row.first_contact_reply_at && {
    created_at: epoch(row.first_contact_reply_at),
    type: row.first_contact_reply_type ?? row.source_type,
    url: row.first_contact_reply_url,
  },
  admin_assignee_id: Number(row.admin_assignee_id),
  team_assignee_id: Number(row.team_assignee_id),
  open: row.state !== 'closed',
  state: row.state,
  read: row.read,
  tags: { type: 'tag.list', tags: row.tags },
  priority: row.priority,
  sla_applied: presentSlaApplied(row.sla),
  statistics: presentStatistics(row),
  conversation_rating: row.rating && presentRating(row.rating),
  teammates: presentTeammates(row.teammate_ids),
  title: row.title,
  company: row.company && presentWithoutNotes(row.company),
  custom_attributes: presentValues(row.custom_attributes, display),
  topics: { type: 'topic.list', topics: [], total_count: 0 },
  ticket: null,
  linked_objects: presentLinked(row),
  ai_topics: null,
  ai_agent: row.ai_agent && presentAiAgent(row.ai_agent),
  ai_agent_participated: row.ai_agent !== null,
  channel: presentChannel(row),
})

function presentChannel(row: ShownRow) {
  const name = row.custom_channel_id ? null : channelName(row)
  return { initial: name, current: name }
}

/** Only the values of files are lists. */
const presentValues = (values: ShownRow['custom_attributes'], display: Display) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Array.isArray(value) ? display.attachments(value) : value]),
  )

/** Intercom's documents name the list `teammates`, its live API `admins`. */
const presentTeammates = (ids: readonly string[]) => {
  const admins = ids.map((id) => ({ type: 'admin' as const, id }))
  return { type: 'admin.list' as const, admins, teammates: admins }
}

const presentSource = (row: ShownRow, display: Display): Static<typeof Source> => ({
  type: row.source_type,
  id: row.source_id,
  delivered_as: row.delivered_as,
  ...(row.source_type === 'email' && { recipients: row.mailed_to }),
  subject: display.subject(row.subject),
  // A ticket that nobody wrote has only attributes.
  body: row.body === null && isTicket(row) ? '' : row.body && display.body(row.body, row.attachments),
  author: {
    type: row.author_type,
    id: row.author_id,
    name: row.author?.name ?? null,
    email: row.author?.email ?? '',
  },
  attachments: display.attachments(row.attachments),
  url: row.url,
  redacted: row.redacted,
  ...(row.email_message_metadata && {
    reply_to: replyToOf(row.email_message_metadata),
    email_message_metadata: mailMetadata(row.email_message_metadata, display),
  }),
})

function replyToOf({ email_address_headers }: NonNullable<ShownRow['email_message_metadata']>) {
  const given = email_address_headers.filter(({ type }) => type === 'reply_to')
  return given.length ? given.map(({ email_address, name }) => ({ email: email_address, name })) : null
}

export const presentQuality = ({ include_monitors, include_scorecards }: QualityQuery) => ({
  ...(include_monitors && { monitor_evaluations: [] }),
  ...(include_scorecards && { scorecards: [] }),
})

export const presentConversations = (
  page: Page,
  result: PageResult<ShownRow>,
  display: Display,
  quality: QualityQuery,
) => ({
  type: 'conversation.list' as const,
  pages: presentPages(page, result),
  total_count: result.total_count,
  conversations: result.rows.map((row) => ({ ...presentConversation(row, display), ...presentQuality(quality) })),
})
