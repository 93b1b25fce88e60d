// What a demo workspace begins with: one of everything that no call of the API can make, and people to write to.

export const COLLEAGUE = { name: 'Ben Brook', email: 'ben@example.com' }

export const TEAM = { name: 'Support' }

export const AWAY_STATUS_REASONS = [
  { label: 'On a break', emoji: '☕' },
  { label: 'In a meeting', emoji: '📅' },
  { label: 'Done for the day', emoji: '🌙' },
]

/** `{{1}}` is filled by the first parameter of the BODY component, and so on. */
export const WHATSAPP_TEMPLATES = [
  { name: 'order_update', language: 'en', category: 'UTILITY', body: 'Hello {{1}}, your order {{2}} is on its way.' },
  { name: 'order_update', language: 'de', category: 'UTILITY', body: 'Hallo {{1}}, Bestellung {{2}} ist unterwegs.' },
  { name: 'summer_sale', language: 'en', category: 'MARKETING', body: 'Hi {{1}}, {{2}} off everything until Sunday.' },
]

const subscribed = { unsubscribed_from_emails: false, unsubscribed_from_sms: false }
const unsubscribed = { unsubscribed_from_emails: true, unsubscribed_from_sms: true }

/** Numbers are of the ranges kept free for fiction. */
export const CONTACTS = [
  {
    role: 'user',
    external_id: 'customer-1',
    name: 'Clara Customer',
    email: 'clara@example.com',
    phone: '+12025550143',
    ...subscribed,
  },
  {
    role: 'user',
    external_id: 'customer-2',
    name: 'Daniel Duarte',
    email: 'daniel@example.com',
    phone: '+447700900118',
    ...subscribed,
  },
  {
    role: 'user',
    external_id: 'customer-3',
    name: 'Emi Endo',
    email: 'emi@example.com',
    phone: null,
    ...unsubscribed,
  },
  {
    role: 'lead',
    external_id: '5b0c7c3e-9d1c-4d0f-8a43-7c1f6f1c2e11',
    name: 'Farid Lead',
    email: 'farid@example.com',
    phone: null,
    ...subscribed,
  },
]
