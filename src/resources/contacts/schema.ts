// The schemas of a contact: complete, and as a reference.
import { type Static, type TObject, type TProperties, type TSchema, Type } from 'typebox'
import { PageOf } from '#http/lists.ts'
import { Epoch, epoch, epochOrNull, Id, Nullable, named, Some } from '#http/types.ts'
import { Avatar, ContactReference } from '#resources/references.ts'
import type { ContactRow, MergeRow, WholeContactRow } from './queries.ts'

const Time = Nullable(Type.Integer())
const Text = Nullable(Type.String())

/** The objects of a contact: the first ten, and the URL of the rest. */
const AddressableList = named(
  'addressable_list',
  Type.Object({
    type: Type.Literal('list'),
    data: Type.Array(Type.Object({ type: Type.String(), id: Type.String(), url: Type.String() }), { maxItems: 10 }),
    url: Type.String(),
    total_count: Type.Integer(),
    has_more: Type.Boolean(),
  }),
)

const SocialProfile = named(
  'social_profile',
  Type.Object({ type: Type.String(), name: Type.String(), url: Type.String() }),
)

const Location = named(
  'contact_location',
  Type.Object({
    type: Type.Literal('location'),
    country: Text,
    region: Text,
    city: Text,
    country_code: Text,
    continent_code: Text,
  }),
)

/** Values that only a messenger reports; null until one does. */
const Reported = Type.Object({
  browser: Text,
  browser_version: Text,
  browser_language: Text,
  os: Text,
  android_app_name: Text,
  android_app_version: Text,
  android_device: Text,
  android_os_version: Text,
  android_sdk_version: Text,
  android_last_seen_at: Time,
  ios_app_name: Text,
  ios_app_version: Text,
  ios_device: Text,
  ios_os_version: Text,
  ios_sdk_version: Text,
  ios_last_seen_at: Time,
  utm_campaign: Text,
  utm_content: Text,
  utm_medium: Text,
  utm_source: Text,
  utm_term: Text,
  referrer: Text,
  enabled_push_messaging: Nullable(Type.Boolean()),
})

type Messenger = Partial<Static<typeof Reported> & { location: Partial<Static<typeof Location>> }>

const MergeHistoryItem = named(
  'merge_history_item',
  Type.Object({
    type: Type.Literal('merge_history'),
    source_contact_id: Type.String(),
    source_contact_role: Type.Enum(['user', 'lead']),
    merged_at: Time,
  }),
)

export const MergeHistoryList = named(
  'merge_history_list',
  Type.Object({
    type: Type.Literal('list'),
    data: Type.Array(MergeHistoryItem),
    has_more: Type.Boolean(),
    next_cursor: Nullable(Type.String({ description: 'Null on the last page.' })),
  }),
)

export const presentMerge = ({ source_id, source_role, merged_at }: MergeRow): Static<typeof MergeHistoryItem> => ({
  type: 'merge_history',
  source_contact_id: source_id,
  source_contact_role: source_role,
  merged_at: epoch(merged_at),
})

export const Contact = named(
  'contact',
  Type.Object({
    type: Type.Literal('contact'),
    id: Type.String(),
    workspace_id: Type.String(),
    external_id: Text,
    role: Type.Enum(['user', 'lead']),
    email: Text,
    email_domain: Type.Optional(Type.String()),
    phone: Text,
    formatted_phone: Nullable(Type.String({ description: '`phone` in E.164 if it is a valid number.' })),
    name: Text,
    avatar: Nullable(Avatar),
    owner_id: Text,
    social_profiles: Type.Object({ type: Type.Literal('list'), data: Type.Array(SocialProfile) }),
    has_hard_bounced: Type.Boolean(),
    marked_email_as_spam: Type.Boolean(),
    unsubscribed_from_emails: Type.Boolean(),
    unsubscribed_from_sms: Type.Boolean(),
    sms_consent: Type.Boolean({ description: 'The contact asked for SMS, such as by the keyword START.' }),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
    signed_up_at: Time,
    last_seen_at: Time,
    last_replied_at: Time,
    last_contacted_at: Time,
    last_email_opened_at: Time,
    last_email_clicked_at: Time,
    language_override: Text,
    custom_attributes: Type.Record(Type.String(), Type.Unknown()),
    tags: AddressableList,
    notes: AddressableList,
    companies: AddressableList,
    opted_out_subscription_types: AddressableList,
    opted_in_subscription_types: AddressableList,
    merge_history: Type.Optional(Type.Array(MergeHistoryItem)),
    location: Location,
    ...Reported.properties,
  }),
)

export const ContactList = named('contact_list', PageOf(Contact))

/** Query parameters that change the answer. */
export const ContactView = Some({
  include_merge_history: Type.Boolean({ description: 'Adds the contacts that were merged into a user.' }),
})
export type ContactView = Static<typeof ContactView>

const limited = (maxLength: number) => Nullable(Type.String({ maxLength }))

/** The values of a contact that a request can set. Null and the empty text clear a value. */
export const ContactRequest = named(
  'contact_request',
  Some({
    role: Type.Enum(['user', 'lead']),
    external_id: Nullable(Id),
    email: limited(254),
    email_verified: Nullable(Type.Boolean({ description: 'Only together with `email`.' })),
    phone: Nullable(Id),
    name: limited(255),
    avatar: Nullable(Type.String({ maxLength: 2048, description: "The picture's URL." })),
    signed_up_at: Nullable(Epoch),
    last_seen_at: Nullable(Epoch),
    owner_id: Nullable(Id),
    unsubscribed_from_emails: Nullable(Type.Boolean()),
    language_override: Nullable(
      Type.String({ maxLength: 35, description: 'An ISO 639-1 code; an unknown code counts as null.' }),
    ),
    custom_attributes: Nullable(
      Type.Record(Type.String(), Type.Unknown(), { description: 'Data attributes of contacts; null clears one.' }),
    ),
  }),
)
export type ContactRequest = Static<typeof ContactRequest>

const changed = <Key extends string, Value extends TSchema>(key: Key, value: Value) =>
  Type.Object({ ...ContactReference.properties, ...({ [key]: value } as Record<Key, Value>) })

export const ArchivedContact = named('contact_archived', changed('archived', Type.Boolean()))
export const DeletedContact = named('contact_deleted', changed('deleted', Type.Literal(true)))

export const presentContactReference = ({
  id,
  external_id,
}: Pick<ContactRow, 'id' | 'external_id'>): Static<typeof ContactReference> => ({ type: 'contact', id, external_id })

const nothing = <P extends TProperties>({ properties }: TObject<P>) =>
  Object.fromEntries(Object.keys(properties).map((key) => [key, null])) as { [K in keyof P]: null }

const NOT_REPORTED = nothing(Reported)
const NO_LOCATION = { ...nothing(Location), type: 'location' as const }

const MAX_INLINE = 10

const COLLECTIONS = { tag: 'tags', note: 'notes', company: 'companies', subscription: 'subscriptions' }

/** `ids` are all that there are, or the first of `total_count`. */
const presentIds = (
  type: keyof typeof COLLECTIONS,
  url: string,
  ids: readonly string[],
  total_count = ids.length,
): Static<typeof AddressableList> => ({
  type: 'list',
  data: ids.length ? ids.slice(0, MAX_INLINE).map((id) => ({ id, type, url: `/${COLLECTIONS[type]}/${id}` })) : [],
  url,
  total_count,
  has_more: total_count > MAX_INLINE,
})

/** At Intercom, the objects have the URL of a resource that no operation shows. */
function presentChoices(url: string, ids: readonly string[] | null | undefined): Static<typeof AddressableList> {
  const list = presentIds('subscription', `${url}/subscriptions`, ids ?? [])
  return { ...list, data: list.data.map((item) => ({ ...item, url: `/subscription_types/${item.id}` })) }
}

export function presentContact(
  contact: WholeContactRow,
  { include_merge_history }: ContactView = {},
): Static<typeof Contact> {
  const url = `/contacts/${contact.id}`
  const { location, ...reported }: Messenger = contact.messenger
  return {
    type: 'contact',
    id: contact.id,
    workspace_id: contact.workspace_id,
    external_id: contact.external_id,
    role: contact.role,
    email: contact.email,
    ...(contact.email && { email_domain: contact.email.slice(contact.email.lastIndexOf('@') + 1) }),
    phone: contact.phone,
    formatted_phone: contact.formatted_phone,
    name: contact.name,
    avatar: contact.avatar_url === null ? null : { type: 'avatar', image_url: contact.avatar_url },
    owner_id: contact.owner_id,
    social_profiles: { type: 'list', data: [] },
    has_hard_bounced: contact.has_hard_bounced,
    marked_email_as_spam: contact.marked_email_as_spam,
    unsubscribed_from_emails: contact.unsubscribed_from_emails,
    unsubscribed_from_sms: contact.unsubscribed_from_sms,
    sms_consent: contact.sms_consent,
    created_at: epoch(contact.created_at),
    updated_at: epoch(contact.updated_at),
    signed_up_at: epochOrNull(contact.signed_up_at),
    last_seen_at: epochOrNull(contact.last_seen_at),
    last_replied_at: epochOrNull(contact.last_replied_at),
    last_contacted_at: epochOrNull(contact.last_contacted_at),
    last_email_opened_at: epochOrNull(contact.last_email_opened_at),
    last_email_clicked_at: epochOrNull(contact.last_email_clicked_at),
    language_override: contact.language_override,
    custom_attributes: { ...contact.custom_attributes, ...contact.references },
    tags: presentIds('tag', `${url}/tags`, contact.tag_ids),
    notes: presentIds('note', `${url}/notes`, contact.notes.ids, contact.notes.total_count),
    companies: presentIds('company', `${url}/companies`, contact.companies.ids, contact.companies.total_count),
    opted_out_subscription_types: presentChoices(url, contact.subscriptions?.opt_out),
    opted_in_subscription_types: presentChoices(url, contact.subscriptions?.opt_in),
    ...NOT_REPORTED,
    ...reported,
    location: { ...NO_LOCATION, ...location },
    ...(include_merge_history &&
      contact.role === 'user' && { merge_history: (contact.merges ?? []).map(presentMerge) }),
  }
}
