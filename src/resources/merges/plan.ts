// What a merge changes in the contact that stays. The preview shows the plan, and the merge writes it.
import { isDeepStrictEqual } from 'node:util'
import { epochOrNull } from '#http/types.ts'
import type { ContactChanges, ContactRow } from '#resources/contacts/queries.ts'
import type { MergedRow } from './queries.ts'

/** A value of the contact that goes, and what becomes of it. Unset values are absent, but for the last one. */
export type AttributeChange = {
  field: string
  outcome: 'adopted' | 'discarded' | 'merged'
  from_value?: unknown
  into_value?: unknown
  new_into_value: unknown
}

export type MergePlan = { changes: ContactChanges; attributes: AttributeChange[] }

export type Pair = { from: MergedRow; into: MergedRow }

type Column = keyof ContactChanges & keyof ContactRow

/** Values of which the contact that stays keeps its own. `with`: columns that say something about the value. */
const KEPT: readonly { column: Column; field?: string; with?: readonly Column[] }[] = [
  { column: 'name' },
  { column: 'email', with: ['email_verified', 'email_trusted'] },
  { column: 'phone', with: ['formatted_phone', 'phone_trusted'] },
  { column: 'avatar_url', field: 'avatar' },
  { column: 'owner_id' },
  { column: 'language_override' },
  { column: 'signed_up_at' },
]

/** Times of which the later one counts. */
const LATEST = [
  'last_seen_at',
  'last_replied_at',
  'last_contacted_at',
  'last_email_opened_at',
  'last_email_clicked_at',
] as const

/** What is known of an address stays with it: the contact that stays takes it over if it has the address. */
const OF_EMAIL = ['has_hard_bounced', 'marked_email_as_spam', 'unsubscribed_from_emails'] as const
const OF_PHONE = ['unsubscribed_from_sms', 'unsubscribed_from_whatsapp'] as const

/** With `keeps_email`, an email that the contact that stays lacks is not adopted: another user has it. */
export function planMerge({ from, into }: Pair, { keeps_email = false } = {}): MergePlan {
  const plan: MergePlan = { changes: {}, attributes: [] }
  for (const kept of KEPT) planKept(plan, { from, into }, kept, keeps_email)
  for (const column of LATEST) planLatest(plan, { from, into }, column)
  planAddresses(plan, { from, into }, keeps_email)
  for (const column of ['custom_attributes', 'messenger'] as const) planRecord(plan, { from, into }, column)
  return plan
}

/** Returns the email that the contact that stays will have, and be found by, and was not before. */
export const newEmailOf = ({ from, into }: Pair): string | null =>
  !into.email || (isSameEmail(from, into) && from.email_trusted && !into.email_trusted) ? from.email : null

export const isSameEmail = (one: ContactRow, other: ContactRow): boolean =>
  one.email !== null && one.email.toLowerCase() === other.email?.toLowerCase()

export const isSamePhone = (one: MergedRow, other: MergedRow): boolean =>
  one.phone_key !== null && one.phone_key === other.phone_key

function planKept(
  plan: MergePlan,
  { from, into }: Pair,
  { column, field, ...more }: (typeof KEPT)[number],
  keeps_email: boolean,
) {
  const same = column === 'email' ? isSameEmail(from, into) : column === 'phone' && isSamePhone(from, into)
  if (from[column] === null || same || isDeepStrictEqual(from[column], into[column])) return
  const is_adopted = into[column] === null && !(column === 'email' && keeps_email)
  if (is_adopted) for (const adopted of [column, ...(more.with ?? [])]) set(plan.changes, adopted, from[adopted])
  const values = { from: shown(from[column]), into: shown(into[column]) }
  note(plan, field ?? column, is_adopted ? 'adopted' : 'discarded', values, is_adopted ? values.from : values.into)
}

function planLatest(plan: MergePlan, { from, into }: Pair, column: (typeof LATEST)[number]) {
  const [mine, own] = [from[column], into[column]]
  if (!mine || mine.getTime() === own?.getTime()) return
  const is_adopted = !own || mine > own
  if (is_adopted) plan.changes[column] = mine
  const values = { from: shown(mine), into: shown(own) }
  note(plan, column, is_adopted ? 'adopted' : 'discarded', values, is_adopted ? values.from : values.into)
}

function planAddresses(plan: MergePlan, { from, into }: Pair, keeps_email: boolean) {
  const { changes } = plan
  if (isSameEmail(from, { ...into, ...changes })) {
    for (const flag of OF_EMAIL) planFlag(plan, { from, into }, flag)
    if (from.email_trusted && !into.email_trusted && !keeps_email) changes.email_trusted = true
  }
  const has_phone = isSamePhone(from, into) || (from.phone !== null && changes.phone === from.phone)
  if (!has_phone) return
  for (const flag of OF_PHONE) planFlag(plan, { from, into }, flag)
  if (from.phone_trusted && !into.phone_trusted) changes.phone_trusted = true
  const has_left = changes.unsubscribed_from_sms ?? into.unsubscribed_from_sms
  const consents = (from.sms_consent || into.sms_consent) && !has_left
  if (consents !== into.sms_consent) changes.sms_consent = consents
  if (from.last_whatsapp_at && !(into.last_whatsapp_at && into.last_whatsapp_at >= from.last_whatsapp_at))
    changes.last_whatsapp_at = from.last_whatsapp_at
}

function planFlag(plan: MergePlan, { from, into }: Pair, flag: (typeof OF_EMAIL)[number] | (typeof OF_PHONE)[number]) {
  if (!from[flag] || into[flag]) return
  plan.changes[flag] = true
  note(plan, flag, 'merged', { from: true, into: false }, true)
}

/** Each value of its own: those that the contact that stays has are kept. */
function planRecord(plan: MergePlan, { from, into }: Pair, column: 'custom_attributes' | 'messenger') {
  const merged = { ...from[column], ...into[column] }
  if (!isDeepStrictEqual(merged, into[column])) plan.changes[column] = merged
  for (const [name, mine] of Object.entries(from[column])) {
    const own = into[column][name]
    if (mine === null || isDeepStrictEqual(mine, own)) continue
    const field = column === 'messenger' ? name : `${column}.${name}`
    note(plan, field, own === undefined ? 'adopted' : 'discarded', { from: mine, into: own }, merged[name])
  }
}

function note(
  { attributes }: MergePlan,
  field: string,
  outcome: AttributeChange['outcome'],
  { from, into }: { from: unknown; into: unknown },
  new_into_value: unknown,
) {
  const isSet = (value: unknown) => value !== null && value !== undefined
  attributes.push({
    field,
    outcome,
    ...(isSet(from) && { from_value: from }),
    ...(isSet(into) && { into_value: into }),
    new_into_value: new_into_value ?? null,
  })
}

/** Returns the value as the API shows it. */
const shown = (value: unknown): unknown => (value instanceof Date ? epochOrNull(value) : value)

function set<Key extends Column>(changes: ContactChanges, column: Key, value: ContactRow[Key]) {
  changes[column] = value as ContactChanges[Key]
}
