// The schema of a visitor, in the older form that Intercom kept for them, and the requests.
import { type Static, Type } from 'typebox'
import { epoch, Id, Nullable, named, Some } from '#http/types.ts'
import { Company, CompanyTags } from '#resources/companies/schema.ts'
import type { WholeContactRow } from '#resources/contacts/queries.ts'
import { Avatar } from '#resources/references.ts'
import type { VisitorRow } from './queries.ts'

const Text = Nullable(Type.String())

const UTM = ['utm_campaign', 'utm_content', 'utm_medium', 'utm_source', 'utm_term'] as const

const Reported = Type.Object({
  referrer: Text,
  utm_campaign: Text,
  utm_content: Text,
  utm_medium: Text,
  utm_source: Text,
  utm_term: Text,
})

/** Where the visitor is: not known here. */
const Location = Some({
  type: Type.Literal('location_data'),
  city_name: Type.String(),
  continent_code: Type.String(),
  country_code: Type.String(),
  country_name: Type.String(),
  postal_code: Type.String(),
  region_name: Type.String(),
  timezone: Type.String(),
})

export const Visitor = named(
  'visitor',
  Type.Object({
    type: Type.Literal('visitor'),
    id: Type.String(),
    user_id: Type.String({ description: 'What the messenger calls `visitor_id`.' }),
    anonymous: Type.Literal(true),
    email: Type.String(),
    phone: Text,
    name: Text,
    pseudonym: Text,
    avatar: Avatar,
    app_id: Type.String(),
    companies: Type.Object({ type: Type.Literal('company.list'), companies: Type.Array(Company) }),
    location_data: Location,
    last_request_at: Type.Integer({ description: 'When the last session started.' }),
    las_request_at: Type.Optional(
      Type.Integer({ description: 'Misspelled in the published description; never sent.' }),
    ),
    created_at: Type.Integer(),
    remote_created_at: Type.Integer(),
    signed_up_at: Type.Integer(),
    updated_at: Type.Integer(),
    session_count: Type.Integer(),
    social_profiles: Type.Object({
      type: Type.Literal('social_profile.list'),
      social_profiles: Type.Array(Type.Unknown()),
    }),
    owner_id: Text,
    unsubscribed_from_emails: Type.Boolean(),
    marked_email_as_spam: Type.Boolean(),
    has_hard_bounced: Type.Boolean(),
    tags: CompanyTags,
    segments: Type.Object({ type: Type.Literal('segment.list'), segments: Type.Array(Type.String()) }),
    custom_attributes: Type.Record(Type.String(), Type.Unknown()),
    ...Reported.properties,
    do_not_track: Nullable(Type.Boolean()),
  }),
)

export const VisitorQuery = Some({ user_id: Type.String({ description: 'What the messenger calls `visitor_id`.' }) })

export const UpdateVisitorRequest = named(
  'update_visitor_request',
  Some({
    id: Id,
    user_id: Id,
    name: Nullable(Type.String({ maxLength: 255 })),
    custom_attributes: Nullable(
      Type.Record(Type.String(), Type.Unknown(), { description: 'Data attributes of contacts; null clears one.' }),
    ),
  }),
)
export type UpdateVisitorRequest = Static<typeof UpdateVisitorRequest>

/** The contact, or the identity of a new one. A lead needs none. */
const Identity = Some({ id: Id, user_id: Id, email: Type.String({ maxLength: 254 }) })

export const ConvertVisitorRequest = named(
  'convert_visitor_request',
  Type.Object({
    type: Type.Enum(['lead', 'user'], { description: 'The role of the contact.' }),
    user: Type.Optional(Nullable(Identity)),
    visitor: Some({ id: Id, user_id: Id, email: Type.String({ maxLength: 320 }) }),
  }),
)
export type ConvertVisitorRequest = Static<typeof ConvertVisitorRequest>

const reportedIn = (reported: Record<string, unknown>) =>
  Object.fromEntries([...UTM, 'referrer'].map((name) => [name, reported[name] ?? null])) as Static<typeof Reported>

/** Lists that visitors do not have. */
const EMPTY = {
  companies: { type: 'company.list' as const, companies: [] },
  social_profiles: { type: 'social_profile.list' as const, social_profiles: [] },
  tags: { type: 'tag.list' as const, tags: [] },
  segments: { type: 'segment.list' as const, segments: [] },
}

export const presentVisitor = (visitor: VisitorRow): Static<typeof Visitor> => ({
  type: 'visitor',
  id: visitor.id,
  user_id: visitor.user_id,
  anonymous: true,
  email: '',
  phone: null,
  name: visitor.name,
  pseudonym: null,
  avatar: { type: 'avatar', image_url: null },
  app_id: visitor.workspace_id,
  location_data: {},
  last_request_at: epoch(visitor.last_request_at),
  created_at: epoch(visitor.created_at),
  remote_created_at: epoch(visitor.created_at),
  signed_up_at: epoch(visitor.created_at),
  updated_at: epoch(visitor.updated_at),
  session_count: visitor.session_count,
  owner_id: null,
  unsubscribed_from_emails: false,
  marked_email_as_spam: false,
  has_hard_bounced: false,
  ...EMPTY,
  custom_attributes: visitor.custom_attributes,
  ...reportedIn(visitor.reported),
  do_not_track: null,
})

/** The user that a visitor became, in the older form that `visitor.signed_up` has. */
export const presentSignedUp = (contact: WholeContactRow, { session_count, last_request_at }: VisitorRow) => ({
  type: 'user',
  id: contact.id,
  user_id: contact.external_id,
  anonymous: false,
  email: contact.email,
  phone: contact.phone,
  name: contact.name,
  pseudonym: null,
  avatar: { type: 'avatar', image_url: contact.avatar_url },
  app_id: contact.workspace_id,
  location_data: {},
  last_request_at: epoch(last_request_at),
  created_at: epoch(contact.created_at),
  remote_created_at: epoch(contact.created_at),
  signed_up_at: contact.signed_up_at && epoch(contact.signed_up_at),
  updated_at: epoch(contact.updated_at),
  session_count,
  unsubscribed_from_emails: contact.unsubscribed_from_emails,
  marked_email_as_spam: contact.marked_email_as_spam,
  has_hard_bounced: contact.has_hard_bounced,
  ...EMPTY,
  tags: { type: 'tag.list', tags: contact.tag_ids.map((id) => ({ type: 'tag', id })) },
  custom_attributes: contact.custom_attributes,
  ...reportedIn(contact.messenger),
  do_not_track: null,
  last_seen_ip: null,
  user_agent_data: null,
})
