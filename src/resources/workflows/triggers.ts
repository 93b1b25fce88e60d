// What starts a workflow: the topics of events, and on which channels.
import { channelName } from '#resources/conversations/channels.ts'
import type { ConversationRow } from '#resources/conversations/queries.ts'

/** The triggers that an event pulls, by its topic. */
const TRIGGERS = {
  inbound_conversation: ['conversation.user.created'],
  contact_replied: ['conversation.user.replied'],
  teammate_replied: ['conversation.admin.replied'],
  conversation_assigned: ['conversation.admin.assigned'],
  conversation_snoozed: ['conversation.admin.snoozed'],
  conversation_opened: ['conversation.admin.opened', 'conversation.admin.unsnoozed'],
  conversation_closed: ['conversation.admin.closed'],
  conversation_rated: ['conversation.rating.added'],
  priority_changed: ['conversation.priority.updated'],
  /** Started by a request, or by a custom channel that names the workflow. */
  api: [],
} as const satisfies Record<string, readonly string[]>

export type TriggerType = keyof typeof TRIGGERS
export const TRIGGER_TYPES = Object.keys(TRIGGERS) as TriggerType[]

/** The channels that a workflow can be limited to. */
export const CHANNELS = ['messenger', 'email', 'sms', 'whatsapp', 'custom_channel'] as const
export type Channel = (typeof CHANNELS)[number]

export const channelIn = (conversation: ConversationRow): Channel =>
  conversation.custom_channel_id ? 'custom_channel' : (channelName(conversation) as Channel)

/** Returns the trigger that an event of the topic pulls; undefined: none. */
export const triggerOf = (topic: string): TriggerType | undefined =>
  TRIGGER_TYPES.find((type) => (TRIGGERS[type] as readonly string[]).includes(topic))
