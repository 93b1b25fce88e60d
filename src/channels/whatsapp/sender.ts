// Reads who sent a WhatsApp message: a phone number, a business-scoped user id, or both.
// https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
import { Type } from 'typebox'
import { isObject } from '#lib/objects.ts'
import { providedNumber } from '#lib/phone.ts'
import { lenient } from './lenient.ts'

/** At least one of `number` (E.164) and `user_id` is known. */
export type Sender = { number: string | null; user_id: string | null; username: string | null; name: string | null }

const Text = Type.Optional(Type.String())
const From = Type.Object({ from: Text, from_user_id: Text, from_parent_user_id: Text })
const Contact = Type.Object({
  wa_id: Text,
  user_id: Text,
  parent_user_id: Text,
  profile: Type.Optional(Type.Object({ name: Text, username: Text })),
})

/** Two letters of a country, a dot, and up to 128 letters and digits; those of a group of businesses have `ENT.` too. */
const USER_ID = /^[A-Za-z]{2}\.(ENT\.)?[\w-]{1,200}$/
const MAX_NAME = 255

/** Returns undefined if the message does not say who sent it. `contact` is that of `contactFinder`. */
export function senderOf(message: unknown, contact: unknown): Sender | undefined {
  const from = lenient(From, message) ?? {}
  const { wa_id, user_id: id, parent_user_id, profile } = lenient(Contact, contact) ?? {}
  const number = [from.from, wa_id].map(numberIn).find((number) => number !== null) ?? null
  const ids = [from.from_user_id, id, from.from, from.from_parent_user_id, parent_user_id]
  const user_id = ids.find((id) => id !== undefined && USER_ID.test(id)) ?? null
  if (!number && !user_id) return undefined
  const username = short(profile?.username)
  return { number, user_id, username, name: short(profile?.name) ?? username }
}

/**
 * Returns a function that finds the contact of a message among those of a callback. A single contact that names nobody
 * else is found too.
 */
export function contactFinder(contacts: readonly unknown[]): (message: unknown) => unknown {
  const byId = new Map<string, unknown>()
  for (const contact of contacts) {
    const { wa_id, user_id } = lenient(Contact, contact) ?? {}
    for (const id of [wa_id, user_id]) if (id && !byId.has(id)) byId.set(id, contact)
  }
  const [only] = contacts
  const { wa_id, user_id } = (contacts.length === 1 && lenient(Contact, only)) || {}
  return (message) => {
    const { from, from_user_id } = lenient(From, message) ?? {}
    const named = byId.get(from ?? '') ?? byId.get(from_user_id ?? '')
    if (named !== undefined || contacts.length !== 1) return named
    return (wa_id && from) || (user_id && from_user_id) ? undefined : only
  }
}

/** Returns the number, which Meta writes without a plus. */
function numberIn(text: string | undefined): string | null {
  const digits = /^\+?(\d{5,15})$/.exec(text?.trim() ?? '')?.[1]
  return digits === undefined ? null : providedNumber(`+${digits}`)
}

const short = (text: string | undefined): string | null => text?.trim().slice(0, MAX_NAME).toWellFormed() || null

/** Returns the old and the new id of a user whose id has changed, as a system message reports it. */
export function changedUserId(message: unknown): { previous_user_id: string; user_id: string } | undefined {
  const { previous_user_id, user_id } = (isObject(message) && lenient(System, message['system'])) || {}
  if (!previous_user_id || !user_id || !USER_ID.test(user_id)) return undefined
  return { previous_user_id, user_id }
}

const System = Type.Object({ previous_user_id: Text, user_id: Text })
