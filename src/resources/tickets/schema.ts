// The schemas of requests on tickets, and of lists and deletions. A ticket itself is in `conversations/tickets/`.
import { type Static, Type } from 'typebox'
import { CursorPages } from '#http/lists.ts'
import { Epoch, Id, Nullable, named, Some } from '#http/types.ts'
import { ATTACHING } from '#resources/attachments/schema.ts'
import { CONTACT_NAMES } from '#resources/contacts/named.ts'
import { HtmlBody, QuickReplyOption } from '#resources/conversations/replies/schema.ts'
import { Ticket, TicketPart } from '#resources/conversations/tickets/schema.ts'

const Attributes = Type.Record(Type.String(), Type.Unknown(), {
  description: 'By the names of attributes: `_default_title_`. The value of a list is the id of an item.',
})

const skip_notifications = Type.Optional(
  Type.Boolean({ description: 'Does not tell the contacts of a shared ticket.' }),
)

export const CreateRequest = named(
  'create_ticket_request',
  Type.Object({
    ticket_type_id: Id,
    contacts: Type.Array(Some({ id: Id, external_id: Id, email: Type.String({ maxLength: 320 }) }), {
      description: 'Exactly one. An email that no contact has becomes a lead.',
    }),
    ticket_attributes: Type.Optional(Attributes),
    company_id: Type.Optional(Nullable(Id)),
    created_at: Type.Optional(Epoch),
    conversation_to_link_id: Type.Optional(Nullable(Id)),
    assignment: Type.Optional(Nullable(Some({ admin_assignee_id: Nullable(Id), team_assignee_id: Nullable(Id) }))),
    skip_notifications,
  }),
)
export type CreateRequest = Static<typeof CreateRequest>

export const UpdateRequest = named(
  'update_ticket_request',
  Type.Object({
    ticket_attributes: Type.Optional(Attributes),
    ticket_state_id: Type.Optional(Id),
    company_id: Type.Optional(Nullable(Id)),
    open: Type.Optional(Type.Boolean({ description: 'False closes the ticket, and ends a snooze.' })),
    is_shared: Type.Optional(Type.Boolean()),
    snoozed_until: Type.Optional(Epoch),
    admin_id: Type.Optional(Nullable(Id)),
    assignee_id: Type.Optional(
      Type.Unsafe<string>({ ...Id, description: 'The id of an admin or a team; 0 for nobody.' } as never),
    ),
    skip_notifications,
  }),
)
export type UpdateRequest = Static<typeof UpdateRequest>

export const TicketReplyRequest = named(
  'ticket_reply_request',
  Type.Object({
    message_type: Type.Enum(['comment', 'note', 'quick_reply'], { description: 'Contacts cannot write notes.' }),
    type: Type.Enum(['admin', 'user', 'lead', 'contact']),
    admin_id: Type.Optional(Id),
    intercom_user_id: Type.Optional(Id),
    ...CONTACT_NAMES,
    body: Type.Optional(Nullable(HtmlBody)),
    created_at: Type.Optional(Epoch),
    ...ATTACHING,
    reply_options: Type.Optional(Type.Array(QuickReplyOption, { maxItems: 20 })),
    cross_post: Type.Optional(
      Type.Boolean({ description: 'Copies a note of a Back-office ticket to the conversations that it is linked to.' }),
    ),
    skip_notifications,
  }),
)
export type TicketReplyRequest = Static<typeof TicketReplyRequest>

export const TicketReply = named('ticket_reply', Type.Object(TicketPart.properties))

export const ConvertRequest = named(
  'convert_conversation_to_ticket_request',
  Type.Object({
    ticket_type_id: Id,
    ticket_state_id: Type.Optional(Id),
    attributes: Type.Optional(Attributes),
  }),
)
export type ConvertRequest = Static<typeof ConvertRequest>

/** The verb checks the ids, because their absence has texts of its own. */
export const ChangeTypeRequest = named(
  'change_ticket_type_request',
  Type.Object({
    ticket_type_id: Type.Optional(Id),
    ticket_state_id: Type.Optional(Id),
    ticket_attributes: Type.Optional(Attributes),
  }),
)
export type ChangeTypeRequest = Static<typeof ChangeTypeRequest>

/** The example of this answer also has the labels of the state at the top. */
export const ChangedTicket = named(
  'changed_ticket',
  Type.Object({
    ...Ticket.properties,
    ticket_state_internal_label: Type.String(),
    ticket_state_external_label: Type.String(),
  }),
)

export const DeletedTicket = named(
  'ticket_deleted',
  Type.Object({ id: Type.String(), object: Type.Literal('ticket'), deleted: Type.Literal(true) }),
)

export const TicketList = named(
  'ticket_list',
  Type.Object({
    type: Type.Literal('ticket.list'),
    pages: CursorPages,
    total_count: Type.Integer(),
    tickets: Type.Array(Ticket),
  }),
)
