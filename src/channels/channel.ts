// What a channel is to the delivery worker: something that sends one delivery and says what came of it.

/** What a message can go out on. */
export const CHANNELS = ['inapp', 'email', 'sms', 'whatsapp'] as const
export type ChannelName = (typeof CHANNELS)[number]

/** The channels that send through an outside provider. */
export const SENDING_CHANNELS = ['email', 'sms', 'whatsapp'] as const
export type SendingChannel = (typeof SENDING_CHANNELS)[number]

/** How far a delivery has come, as providers report it. */
export type Status = 'queued' | 'sent' | 'delivered' | 'read' | 'failed'

export type Party = { name: string | null; address: string }

/** One delivery with all that its channel needs to send it. */
export type Outgoing = {
  workspace_id: string
  id: string
  channel: ChannelName
  message_id: string
  /** The part that is sent, where it answers in a conversation. */
  part_id: string | null
  /** The broadcast that it is part of, where it is one's. */
  broadcast_id?: string | null
  conversation_id: string
  contact_id: string
  recipient_type: 'to' | 'cc' | 'bcc'
  address: string
  name: string | null
  /** Which attempt this is, from 1. */
  attempt: number
  created_at: Date
  /** Since when it is tried. */
  queued_at: Date
  subject: string | null
  /** HTML, sanitised; null where a template says it all. */
  body: string | null
  template: string | null
  locale: string | null
  components: unknown
  /** Files of an answer, by their addresses. */
  attachments: { name: string; url: string; content_type: string; filesize: number }[]
  /** Of an answer by WhatsApp: when somebody with that number last wrote on WhatsApp. Null everywhere else. */
  last_written_at: Date | null
  sender: { name: string; avatar_url: string | null; workspace_name: string }
  /** Of an answer by email: the Message-IDs of the conversation's latest mails from contacts, the oldest first. */
  thread?: string[]
  /** Whether what is answered was a contact's beginning rather than ours. */
  begun_by_contact?: boolean
  /** Everybody whom the headers of an email name, the recipient too where it is no blind copy. */
  to: Party[]
  cc: Party[]
  contact: {
    email: string | null
    unsubscribed_from_emails: boolean
    unsubscribed_from_sms: boolean
    unsubscribed_from_whatsapp?: boolean
    has_hard_bounced: boolean
    blocked: boolean
  }
}

/** What goes on a delivery's record beside its status. `code` and `reason` say why, `answer` is the provider's own words. */
export type Remark = { code?: string; reason?: string; details?: string; answer?: string }

/** A message as nobody but the sandbox will see it. */
export type Captured = {
  sender: string
  recipient: string
  subject: string | null
  /** As it would have gone out: text and HTML of an email, text of an SMS, template and parameters of a WhatsApp. */
  rendered: Record<string, unknown>
}

/**
 * What came of one attempt.
 * - `sent`: the provider took the message; `provider_id` is its name for it (wamid, SMS sid, Message-ID). `then` is
 *   what is known of its further way already, in order; `captured` is there where it went no further than the sandbox.
 * - `retry`: a passing fault; try again, after `retry_after` seconds where the provider said so.
 * - `failed`: no attempt will ever succeed; `hard_bounce` marks the address itself as dead, `unsubscribe` says that the
 *   recipient has opted out of the channel.
 */
export type Outcome =
  | ({ outcome: 'sent'; provider_id: string; then?: Report[]; captured?: Captured } & Remark)
  | ({ outcome: 'retry'; code: string; reason: string; retry_after?: number } & Remark)
  | ({ outcome: 'failed'; code: string; reason: string; hard_bounce?: boolean; unsubscribe?: boolean } & Remark)

/**
 * A later word on a delivery. Effects on the contact come with it. `sent` says that the provider has the message, which
 * is news where its answer got lost.
 */
export type Report = { status: Exclude<Status, 'queued'> } & Remark & {
    hard_bounce?: boolean
    spam_complaint?: boolean
    unsubscribe?: boolean
  }

export type Send = (outgoing: Outgoing) => Promise<Outcome>

/** Where a delivery goes through: an account of the workspace's, or the sandbox. */
export type Account = {
  send: Send
  /** How many deliveries it takes at once. */
  concurrency: number
  /** Sends nothing new; what is under way may finish within this time (3 s where it is not given). May come twice. */
  close(within_ms?: number): Promise<void>
}
