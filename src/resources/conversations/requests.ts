// The schemas of requests on conversations; those of replies are in `replies/schema.ts`.
import { type Static, Type } from 'typebox'
import { PageQuery } from '#http/lists.ts'
import { Epoch, Id, Nullable, named, Some } from '#http/types.ts'
import { ATTACHING } from '#resources/attachments/schema.ts'
import { CONTACT_NAMES } from '#resources/contacts/named.ts'
import { TagReference } from '#resources/tags/schema.ts'
import { DisplayQuery } from './display.ts'
import { Body, HtmlBody } from './replies/schema.ts'

export const CreateRequest = Type.Object({
  from: Type.Object({ type: Type.Enum(['lead', 'user', 'contact']), id: Type.Optional(Id), ...CONTACT_NAMES }),
  body: Body,
  subject: Type.Optional(Type.String({ maxLength: 998 })),
  attachment_urls: ATTACHING.attachment_urls,
  created_at: Type.Optional(Epoch),
  brand_id: Type.Optional(Id),
})

/** Options for the results of Intercom's quality reviews. There are no reviews here, so both lists are empty. */
export const QualityQuery = Some({
  include_monitors: Type.Boolean({ description: 'Adds `monitor_evaluations`.' }),
  include_scorecards: Type.Boolean({ description: 'Adds `scorecards`.' }),
})
export type QualityQuery = Static<typeof QualityQuery>

export const ListQuery = Type.Object({ ...PageQuery.properties, ...QualityQuery.properties })
export const ShowQuery = Type.Object({
  ...DisplayQuery.properties,
  ...QualityQuery.properties,
  include_email_history: Type.Optional(
    Type.Boolean({ description: 'Adds quotes, forwards and signatures of emails.' }),
  ),
  include_translations: Type.Optional(
    Type.Boolean({ description: 'There are no translations: `translations` of every part is null.' }),
  ),
})

/** Names the admin who acts. */
export const ByAdmin = named('acting_admin', Type.Object({ admin_id: Id }))

export const TagByAdmin = named(
  'tag_by_admin_request',
  Type.Object({ ...TagReference.properties, ...ByAdmin.properties }),
)

export const UpdateRequest = named(
  'conversation_update_request',
  Type.Object({
    read: Type.Optional(Type.Boolean()),
    title: Type.Optional(Nullable(Type.String({ maxLength: 255 }))),
    priority: Type.Optional(Type.Enum(['none', 'low', 'medium', 'high', 'urgent'])),
    admin_id: Type.Optional(Nullable(Id)),
    custom_attributes: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    company_id: Type.Optional(Nullable(Id)),
  }),
)
export type UpdateRequest = Static<typeof UpdateRequest>

export const ManageRequest = named(
  'conversation_action_request',
  Type.Object({
    message_type: Type.Enum(['close', 'open', 'snoozed', 'assignment']),
    type: Type.Optional(Type.Enum(['admin', 'team'], { description: 'For an assignment: the type of the assignee.' })),
    admin_id: Id,
    assignee_id: Type.Optional(Id),
    snoozed_until: Type.Optional(Epoch),
    body: Type.Optional(Nullable(HtmlBody)),
  }),
)
export type ManageRequest = Static<typeof ManageRequest>
