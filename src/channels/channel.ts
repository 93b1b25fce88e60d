// The types that channels and the delivery worker share: a delivery to send, the outcome, and later status updates.

/** The channels of messages. */
export const CHANNELS = ['inapp', 'email', 'sms', 'whatsapp'] as const
export type ChannelName = (typeof CHANNELS)[number]

/** The channels that send through an outside provider. */
export const SENDING_CHANNELS = ['email', 'sms', 'whatsapp'] as const
export type SendingChannel = (typeof SENDING_CHANNELS)[number]

/** The status of a delivery, as providers report it. */
export type Status = 'queued' | 'sent' | 'delivered' | 'read' | 'failed'

export type Party = { name: string | null; address: string }

/** One delivery, with everything that its channel needs to send it. */
export type Outgoing = {
  workspace_id: string
  id: string
  channel: ChannelName
  message_id: string
  /** The part to send, if this is an answer in a conversation. */
  part_id: string | null
  /** The broadcast that it belongs to, if any. */
  broadcast_id?: string | null
  conversation_id: string
  contact_id: string
  recipient_type: 'to' | 'cc' | 'bcc'
  address: string
  name: string | null
  /** The number of this attempt, from 1. */
  attempt: number
  created_at: Date
  /** When the first attempt was due. */
  queued_at: Date
  subject: string | null
  /** Sanitised HTML; null if a template is the whole content. */
  body: string | null
  template: string | null
  locale: string | null
  components: unknown
  /** The files of an answer, by their URLs. */
  attachments: { name: string; url: string; content_type: string; filesize: number }[]
  /** Its text was removed. */
  redacted?: boolean
  /** For an answer by WhatsApp: when a contact with this number last wrote on WhatsApp. Otherwise null. */
  last_written_at: Date | null
  sender: { name: string; avatar_url: string | null; workspace_name: string }
  /** For an answer by email: the Message-IDs of the latest mails from contacts in the conversation, oldest first. */
  thread?: string[]
  /** For an answer by email: the Message-ID with which the message was sent that the conversation began with, if it was. */
  source_mail?: string | null
  /** Whether a contact started the conversation. */
  started_by_contact?: boolean
  /** The subscription type of the message, if it has one, and whether the contact gets messages of this type. */
  subscription?: { id: string; name: string; is_wanted: boolean } | null
  /** All addresses in the headers of an email; includes the recipient unless it is a blind copy. */
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

/**
 * Recorded in a delivery's history with its status. `code` and `reason` say why; `answer` is the provider's own text.
 */
export type Remark = { code?: string; reason?: string; details?: string; answer?: string }

/** A message that the sandbox captured. */
export type Captured = {
  sender: string
  recipient: string
  subject: string | null
  /**
   * The message as it would be sent: text and HTML of an email, text of an SMS, template and parameters of WhatsApp.
   */
  rendered: Record<string, unknown>
}

/**
 * The outcome of one attempt.
 * - `sent`: the provider accepted the message; `provider_id` is its id there (wamid, SMS sid, Message-ID). `then` lists
 *   status updates that are already known, in order; `captured` is the message if the sandbox captured it.
 * - `retry`: a temporary failure; retry, after `retry_after` seconds if the provider said so.
 * - `failed`: a permanent failure; `hard_bounce` marks the address as dead, `unsubscribe` says that the recipient has
 *   opted out of the channel.
 */
export type Outcome =
  | ({ outcome: 'sent'; provider_id: string; then?: StatusUpdate[]; captured?: Captured } & Remark)
  | ({ outcome: 'retry'; code: string; reason: string; retry_after?: number } & Remark)
  | ({ outcome: 'failed'; code: string; reason: string; hard_bounce?: boolean; unsubscribe?: boolean } & Remark)

/**
 * A later status of a delivery, with its effects on the contact. `sent` means that the provider has the message: it is
 * new information if the provider's answer was lost.
 */
export type StatusUpdate = { status: Exclude<Status, 'queued'> } & Remark & {
    hard_bounce?: boolean
    spam_complaint?: boolean
    unsubscribe?: boolean
  }

export type Send = (outgoing: Outgoing) => Promise<Outcome>

/** Sends deliveries: an account of the workspace, or the sandbox. */
export type Account = {
  send: Send
  /** How many deliveries it can send at once. */
  concurrency: number
  /** Starts no new sends; waits this long for running ones (default: 3 s). Can be called twice. */
  close(within_ms?: number): Promise<void>
}
