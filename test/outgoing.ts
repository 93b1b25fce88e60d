// A delivery as the worker passes it to a channel, for tests of channels.
import type { Outgoing } from '#channels/channel.ts'

export const outgoing = (changes: Partial<Outgoing> = {}): Outgoing => ({
  workspace_id: 'ab12cd34',
  id: '71',
  channel: 'whatsapp',
  message_id: '19',
  part_id: null,
  conversation_id: '5',
  contact_id: '64f0c0ffee64f0c0ffee64f0',
  recipient_type: 'to',
  address: '+12025550123',
  name: 'Joe',
  attempt: 1,
  created_at: new Date('2026-03-01T12:00:00Z'),
  queued_at: new Date('2026-03-01T12:00:00Z'),
  subject: null,
  body: null,
  template: 'order_update',
  locale: 'en',
  components: [],
  attachments: [],
  last_written_at: null,
  sender: { name: 'Ann Lee', avatar_url: null, workspace_name: 'Acme' },
  to: [],
  cc: [],
  contact: {
    email: null,
    unsubscribed_from_emails: false,
    unsubscribed_from_sms: false,
    has_hard_bounced: false,
    blocked: false,
  },
  ...changes,
})

/** An answer in a conversation. */
export const anAnswer = (body: string | null, changes: Partial<Outgoing> = {}): Outgoing =>
  outgoing({ part_id: '88', body, ...changes })
