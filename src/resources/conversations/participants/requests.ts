// The schemas of requests that add or remove a participant.
import { type Static, Type } from 'typebox'
import { Id, named } from '#http/types.ts'
import { CONTACT_NAMES } from '#resources/contacts/named.ts'

const Customer = Type.Object({ intercom_user_id: Type.Optional(Id), ...CONTACT_NAMES })

export const AttachRequest = named(
  'attach_contact_to_conversation_request',
  Type.Object({
    admin_id: Type.Optional(Id),
    customer: Type.Object({
      ...Customer.properties,
      customer: Type.Optional(
        Type.Object(Customer.properties, { description: 'The participant for whom the contact is added.' }),
      ),
    }),
  }),
)
export type AttachRequest = Static<typeof AttachRequest>
export type CustomerName = Static<typeof Customer>

export const ByConversationAndContact = Type.Object({ conversation_id: Type.String(), contact_id: Type.String() })
