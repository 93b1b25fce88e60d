// The schema of a broadcast: the request, its progress and its counts.
import { type Static, Type } from 'typebox'
import { PageOf } from '#http/lists.ts'
import { epoch, Id, Nullable, named } from '#http/types.ts'
import { AdminReference, TemplateComponent } from '#resources/references.ts'
import { presentQuery } from '#search/query.ts'
import type { BroadcastRow } from './queries.ts'

const State = Type.Enum(['queued', 'running', 'paused', 'completed', 'canceled', 'failed'])

/** Reasons to leave out a contact of the audience. The first one that applies is counted. */
export const REASONS = [
  'archived',
  'blocked',
  'no_phone',
  'opted_out',
  'missing_parameter',
  'duplicate_number',
] as const

const counted = <Name extends string>(names: readonly Name[]) =>
  Type.Object(Object.fromEntries(names.map((name) => [name, Type.Integer()])) as Record<Name, Type.TInteger>)

const STATUSES = ['queued', 'sent', 'delivered', 'read', 'failed'] as const

export const BroadcastRequest = named(
  'broadcast_request',
  Type.Object({
    name: Type.Optional(Nullable(Type.String({ maxLength: 255 }))),
    from: Type.Optional(
      Type.Object({ type: Type.Literal('admin'), id: Id }, { description: "The sender. Default: the token's admin." }),
    ),
    message_type: Type.String({ description: 'whatsapp; the only one so far.' }),
    template: Type.String({ minLength: 1, maxLength: 512 }),
    locale: Type.Optional(Nullable(Type.String({ maxLength: 16 }))),
    components: Type.Optional(
      Type.Array(TemplateComponent, {
        maxItems: 50,
        description:
          'As for one message. Texts can have parameters for each contact: {{first_name | fallback: "there"}}; name, ' +
          'first_name, email, phone, external_id or custom_attributes.<name>.',
      }),
    ),
    audience: Type.Object(
      {
        contact_ids: Type.Optional(Type.Array(Id)),
        tag_id: Type.Optional(Id),
        segment_id: Type.Optional(Id),
        query: Type.Optional(Type.Unknown({ description: 'The `query` of POST /contacts/search.' })),
      },
      { description: 'Exactly one of them.', additionalProperties: false },
    ),
  }),
)
export type BroadcastRequest = Static<typeof BroadcastRequest>

export const Broadcast = named(
  'broadcast',
  Type.Object({
    type: Type.Literal('broadcast'),
    id: Type.String(),
    ruleset_id: Type.String({ description: 'For GET /messages/status; also the id of its message.' }),
    name: Nullable(Type.String()),
    state: State,
    error: Type.Optional(
      Type.Object({ code: Type.Literal('audience_broken'), reason: Type.String() }, { description: 'Why it failed.' }),
    ),
    from: AdminReference,
    message_type: Type.Enum(['whatsapp']),
    template: Type.String(),
    locale: Type.String(),
    components: Type.Array(Type.Unknown()),
    audience: Type.Object({
      contact_count: Type.Optional(Type.Integer({ description: 'Number of ids that were given.' })),
      tag_id: Type.Optional(Type.String()),
      segment_id: Type.Optional(Type.String()),
      query: Type.Optional(Type.Unknown()),
    }),
    counts: Type.Object({
      audience: Type.Integer({ description: 'Contacts so far: accepted or left out.' }),
      accepted: Type.Integer(),
      left_out: counted(REASONS),
      statuses: counted(STATUSES),
    }),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
  }),
)

export const BroadcastPage = named('broadcast_list', PageOf(Broadcast))

export const OptOut = named('whatsapp_opt_out_request', Type.Object({ unsubscribed: Type.Boolean() }))

export const OptedOut = named(
  'whatsapp_opt_out',
  Type.Object({
    type: Type.Literal('contact'),
    id: Type.String(),
    unsubscribed_from_whatsapp: Type.Boolean(),
  }),
)

const countsOf = <Name extends string>(names: readonly Name[], counts: Partial<Record<Name, number>>) =>
  Object.fromEntries(names.map((name) => [name, counts[name] ?? 0])) as Record<Name, number>

export const presentBroadcast = (row: BroadcastRow): Static<typeof Broadcast> => ({
  type: 'broadcast',
  id: row.id,
  ruleset_id: row.id,
  name: row.name,
  state: row.state,
  ...(row.error_reason !== null && { error: { code: 'audience_broken' as const, reason: row.error_reason } }),
  from: { type: 'admin', id: row.admin_id },
  message_type: row.channel,
  template: row.template,
  locale: row.locale,
  components: row.components,
  audience: {
    ...(row.contact_count !== null && { contact_count: row.contact_count }),
    ...(row.tag_id !== null && { tag_id: row.tag_id }),
    ...(row.segment_id !== null && { segment_id: row.segment_id }),
    ...(row.query !== null && { query: presentQuery(row.query) }),
  },
  counts: {
    audience: row.audience_count,
    accepted: STATUSES.reduce((sum, status) => sum + row.statuses[status], 0),
    left_out: countsOf(REASONS, row.left_out),
    statuses: countsOf(STATUSES, row.statuses),
  },
  created_at: epoch(row.created_at),
  updated_at: epoch(row.updated_at),
})
