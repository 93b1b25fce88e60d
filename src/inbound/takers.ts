// How each channel takes a message that was left out into a conversation.
import type { Takers } from '#resources/inbound/take.ts'
import type { Server } from '#server.ts'
import { mailTaker } from './email/take.ts'
import { smsTaker } from './twilio/take.ts'
import { takeWhatsApp } from './whatsapp/take.ts'

export const takersOf = (server: Server): Takers => ({
  email: mailTaker(server),
  sms: smsTaker(server),
  whatsapp: takeWhatsApp,
})
