// What the server's operations answer, in the types of their schemas.
import type { Static } from 'typebox'
import type { Contact as ContactSchema } from '#resources/contacts/schema.ts'
import type { Conversation as ConversationSchema } from '#resources/conversations/schema.ts'
import type { Delivery as DeliverySchema } from '#resources/deliveries/schema.ts'
import type { InboxConversation as InboxSchema } from '#resources/inbox/schema.ts'
import type { LoggedRequest as Logged, WholeRequest } from '#resources/requests/schema.ts'
import type { Fault as FaultSchema } from '#resources/sandbox/faults/schema.ts'
import type { CapturedMessage as Captured, WholeCapturedMessage } from '#resources/sandbox/messages/schema.ts'
import type {
  NotificationPage,
  Subscription as SubscriptionSchema,
  WholeNotification as WholeNotificationSchema,
} from '#resources/webhooks/schema.ts'

export type Delivery = Static<typeof DeliverySchema>
export type CapturedMessage = Static<typeof Captured>
export type CapturedDetail = WholeCapturedMessage
export type LoggedRequest = Static<typeof Logged>
export type RequestDetail = Static<typeof WholeRequest>
export type InboxConversation = Static<typeof InboxSchema>
export type Fault = Static<typeof FaultSchema>
export type Subscription = Static<typeof SubscriptionSchema>
export type Notification = Static<typeof NotificationPage>['data'][number]
export type WholeNotification = Static<typeof WholeNotificationSchema>
export type Contact = Static<typeof ContactSchema>
export type Conversation = Static<typeof ConversationSchema>
export type Part = Conversation['conversation_parts']['conversation_parts'][number]
