// The documented shapes of items, for the version of a subscription; and the comparison of an item with a shape.
import assert from 'node:assert/strict'
import { isObject } from '#lib/objects.ts'

/** A test of a value, a list of values of one shape, an object with exactly these keys, or the value itself. */
export type Shape = ((value: unknown) => boolean) | readonly [Shape] | { [key: string]: Shape } | Plain
type Plain = string | number | boolean | null

export function assertShape(value: unknown, shape: Shape, path: string): void {
  if (typeof shape === 'function') assert.ok(shape(value), `${path} is ${JSON.stringify(value)}`)
  else if (Array.isArray(shape)) {
    assert.ok(Array.isArray(value), `${path} is no list: ${JSON.stringify(value)}`)
    for (const [n, one] of value.entries()) assertShape(one, shape[0], `${path}[${n}]`)
  } else if (isObject(shape)) {
    assert.ok(isObject(value), `${path} is no object: ${JSON.stringify(value)}`)
    const keys = Object.keys(shape).filter((key) => key in value || !OPTIONAL.has(shape[key] as never))
    assert.deepEqual(Object.keys(value).sort(), keys.sort(), `the keys of ${path}`)
    for (const key of keys) assertShape((value as Record<string, unknown>)[key], shape[key]!, `${path}.${key}`)
  } else assert.deepEqual(value, shape, path)
}

const OPTIONAL = new WeakSet<Shape & object>()

/** A key that may be absent. */
export const maybe = (shape: (value: unknown) => boolean): Shape => {
  const own = (value: unknown) => shape(value)
  OPTIONAL.add(own)
  return own
}

export const text = (value: unknown) => typeof value === 'string'
export const int = (value: unknown) => Number.isInteger(value)
export const flag = (value: unknown) => typeof value === 'boolean'
export const any = () => true
export const orNull = (shape: (value: unknown) => boolean) => (value: unknown) => value === null || shape(value)
export const object = (value: unknown) => isObject(value)
export const uuid = (value: unknown) => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(String(value))
export const seconds = (value: unknown) => int(value) && Number(value) > 1e9 && Number(value) < 1e10
export const iso = (value: unknown) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/.test(String(value))

const each = (names: string, shape: Shape): Record<string, Shape> =>
  Object.fromEntries(names.split(' ').map((name) => [name, shape]))

const list = { type: 'list', data: [any] as [Shape], url: text, total_count: int, has_more: flag }

/** The shapes of a version. `is_new`: since 2.15. */
export function shapesOf(is_new: boolean) {
  const time = is_new ? seconds : iso

  const contact = (facts: Record<string, Shape> = {}): Shape => ({
    ...{ type: 'contact', id: text, workspace_id: text, external_id: orNull(text), role: text },
    ...each(
      'email phone formatted_phone name avatar browser browser_version browser_language os referrer',
      orNull(text),
    ),
    ...each('utm_campaign utm_content utm_medium utm_source utm_term language_override', orNull(text)),
    ...each('android_app_name android_app_version android_device android_os_version android_sdk_version', orNull(text)),
    ...each('ios_app_name ios_app_version ios_device ios_os_version ios_sdk_version', orNull(text)),
    ...each('android_last_seen_at ios_last_seen_at', orNull(any)),
    ...each('created_at updated_at', time),
    ...each('signed_up_at last_seen_at last_replied_at last_contacted_at last_email_opened_at', orNull(time)),
    ...{ last_email_clicked_at: orNull(time), email_domain: maybe(text), owner_id: orNull(int) },
    ...each('has_hard_bounced marked_email_as_spam unsubscribed_from_emails unsubscribed_from_sms sms_consent', flag),
    enabled_push_messaging: orNull(flag),
    ...each('tags notes companies opted_in_subscription_types opted_out_subscription_types', list),
    social_profiles: { type: 'list', data: [any] },
    location: { type: 'location', ...each('country region city country_code continent_code', orNull(text)) },
    custom_attributes: object,
    ...facts,
  })

  const commonCompany = {
    ...{ type: 'company', id: text, name: text, app_id: text, company_id: text },
    ...each('remote_created_at created_at updated_at', time),
    ...{ last_request_at: orNull(time), monthly_spend: int, session_count: int, user_count: int },
    ...{ custom_attributes: object, tag_ids: [text] as [Shape] },
  }
  const company = (facts: Record<string, Shape> = {}): Shape => ({
    ...{ ...commonCompany, plan: null, size: orNull(int), website: orNull(text), industry: orNull(text) },
    ...facts,
  })
  const companyOfContact = (facts: Record<string, Shape> = {}): Shape => ({ ...commonCompany, plan_id: null, ...facts })

  const author = { type: text, id: text, name: orNull(text), email: orNull(text) }
  /** A body: plain text since 2.15, before HTML. */
  const body = (words: string) => (is_new ? words : `<p>${words}</p>`)

  const part = (facts: Record<string, Shape>): Shape => ({
    ...{ type: 'conversation_part', id: text, part_type: text, body: null, assigned_to: null, event_details: null },
    ...each('created_at updated_at notified_at', seconds),
    author: { ...author, from_ai_agent: flag, is_ai_answer: flag },
    ...{ attachments: [any] as [Shape], tags: [any] as [Shape], metadata: object, state: text, redacted: false },
    ...each('external_id app_package_code translations email_message_metadata', null),
    ...facts,
  })

  /** With exactly these parts. */
  const conversation = (facts: Record<string, Shape>, ...parts: Shape[]): Shape => ({
    ...{ type: 'conversation', id: text, created_at: seconds, updated_at: seconds, title: null, ticket: null },
    ...{ open: flag, state: text, read: flag, priority: text, ai_agent: null, ai_topics: null, sla_applied: null },
    ...each('waiting_since snoozed_until', orNull(seconds)),
    ...each('admin_assignee_id team_assignee_id', orNull(int)),
    ...{ ai_agent_participated: false, custom_attributes: object, first_contact_reply: orNull(object) },
    tags: { type: 'tag.list', tags: [any] },
    topics: { type: 'topic.list', topics: [any], total_count: int },
    channel: { initial: text, current: text },
    contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: text, external_id: text }] },
    teammates: { type: 'admin.list', admins: [any], teammates: [any] },
    linked_objects: { type: 'list', data: [any], total_count: int, has_more: flag },
    source: {
      ...{ type: text, id: text, delivered_as: text, subject: '', body: text, author, attachments: [any], url: null },
      redacted: flag,
    },
    statistics: (value) => hasTimes(value, is_new ? seconds : iso),
    conversation_rating: null,
    conversation_parts: {
      type: 'conversation_part.list',
      total_count: parts.length,
      conversation_parts: (value) => areParts(value, parts),
    },
    ...(is_new && { company: null }),
    ...facts,
  })

  const call = (facts: Record<string, Shape>): Shape => ({
    ...{ type: 'call', id: text, call_type: 'phone', direction: 'inbound', state: text, phone: orNull(text) },
    ...{ admin_id: text, contact_id: text, conversation_id: text, ended_reason: orNull(text) },
    ...each('created_at updated_at initiated_at', seconds),
    ...{ answered_at: orNull(seconds), ended_at: maybe(orNull(seconds)) },
    ...each('duration hold_time queue_time talk_time', orNull(int)),
    ...each('recording_url transcription_url fin_recording_url fin_transcription_url', null),
    ...facts,
  })

  return { is_new, time, contact, company, companyOfContact, body, part, conversation, call }
}

export type Shapes = ReturnType<typeof shapesOf>

function areParts(value: unknown, parts: readonly Shape[]): boolean {
  assert.equal((value as unknown[]).length, parts.length, JSON.stringify(value))
  for (const [n, part] of parts.entries()) assertShape((value as unknown[])[n], part, `part ${n}`)
  return true
}

/** All of its times, and at least the type, have the form of the version. */
function hasTimes(value: unknown, time: (value: unknown) => boolean): boolean {
  const { type, ...rest } = value as Record<string, unknown>
  const times = Object.entries(rest).filter(([name]) => name.endsWith('_at'))
  return type === 'conversation_statistics' && times.every(([, at]) => time(at))
}
