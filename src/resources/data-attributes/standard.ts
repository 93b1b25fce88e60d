// The attributes that every contact and every company has. They are not rows, and cannot be changed or archived.
import type { DataType, Model } from './queries.ts'

export type StandardAttribute = {
  model: Model
  name: string
  full_name: string
  label: string
  description: string
  data_type: DataType
  api_writable: boolean
}

type Details = { type?: DataType; writable?: boolean }

/** `path` is the path in an object, such as `plan.name`; the name is its last segment. */
const attributesOf =
  (model: Model) =>
  (path: string, label: string, description: string, { type = 'string', writable = false }: Details = {}) => ({
    model,
    name: path.slice(path.lastIndexOf('.') + 1),
    full_name: path,
    label,
    description,
    data_type: type,
    api_writable: writable,
  })

const contact = attributesOf('contact')
const company = attributesOf('company')
const writable = true
const time: Details = { type: 'datetime' }
const flag: Details = { type: 'boolean' }

export const STANDARD: readonly StandardAttribute[] = [
  contact('name', 'Name', "A person's full name", { writable }),
  contact('id', 'ID', 'What this workspace knows a person by'),
  contact('external_id', 'User ID', 'What your own system knows a person by', { writable }),
  contact('role', 'Role', 'Whether a person is a user or a lead', { writable }),
  contact('email', 'Email', "A person's email address", { writable }),
  contact('email_domain', 'Email domain', 'What follows the @ of the email address'),
  contact('phone', 'Phone', "A person's telephone number", { writable }),
  contact('avatar', 'Avatar', "Where a person's picture is", { writable }),
  contact('owner_id', 'Owner', 'The teammate who looks after a person', { writable }),
  contact('language_override', 'Language override', 'The language that a person is written to in', { writable }),
  contact('unsubscribed_from_emails', 'Unsubscribed', 'Whether a person wants no emails', { ...flag, writable }),
  contact('marked_email_as_spam', 'Marked as spam', 'Whether a person called an email spam', flag),
  contact('has_hard_bounced', 'Hard bounced', 'Whether the email address takes no mail', flag),
  contact('created_at', 'First seen', 'When a person was added', time),
  contact('updated_at', 'Updated', 'When anything about a person last changed', time),
  contact('signed_up_at', 'Signed up', 'When a person signed up with you', { ...time, writable }),
  contact('last_seen_at', 'Last seen', 'When a person last used your product', { ...time, writable }),
  contact('last_contacted_at', 'Last contacted', 'When a person was last written to', time),
  contact('last_replied_at', 'Last heard from', 'When a person last answered', time),
  contact('last_email_opened_at', 'Last opened an email', 'When a person last opened an email', time),
  contact('last_email_clicked_at', 'Last clicked in an email', 'When a person last followed a link of an email', time),
  contact('browser', 'Browser', 'The browser that a person uses'),
  contact('browser_version', 'Browser version', "That browser's version"),
  contact('browser_language', 'Browser language', "That browser's language"),
  contact('os', 'Operating system', "The operating system of a person's computer"),
  contact('location.country', 'Country', 'The country that a person was last seen in'),
  contact('location.region', 'Region', 'The region that a person was last seen in'),
  contact('location.city', 'City', 'The city that a person was last seen in'),
  contact('android_app_name', 'Android app', 'The Android app that a person uses'),
  contact('android_app_version', 'Android app version', "That app's version"),
  contact('android_device', 'Android device', 'The device that it runs on'),
  contact('android_os_version', 'Android version', "That device's Android"),
  contact('android_sdk_version', 'Android SDK version', 'The SDK inside the Android app'),
  contact('android_last_seen_at', 'Last seen on Android', 'When a person last used the Android app', time),
  contact('ios_app_name', 'iOS app', 'The iOS app that a person uses'),
  contact('ios_app_version', 'iOS app version', "That app's version"),
  contact('ios_device', 'iOS device', 'The device that it runs on'),
  contact('ios_os_version', 'iOS version', "That device's iOS"),
  contact('ios_sdk_version', 'iOS SDK version', 'The SDK inside the iOS app'),
  contact('ios_last_seen_at', 'Last seen on iOS', 'When a person last used the iOS app', time),
  contact('utm_campaign', 'UTM campaign', 'The campaign that brought a person here'),
  contact('utm_content', 'UTM content', "That campaign's content"),
  contact('utm_medium', 'UTM medium', "That campaign's medium"),
  contact('utm_source', 'UTM source', "That campaign's source"),
  contact('utm_term', 'UTM term', "That campaign's term"),
  contact('referrer', 'Referrer', 'The page that a person came from'),

  company('name', 'Company name', 'What a company is called', { writable }),
  company('company_id', 'Company ID', 'What your own system knows a company by'),
  company('last_request_at', 'Company last seen', 'When anybody of a company last used your product', { type: 'date' }),
  company('remote_created_at', 'Company created at', 'When a company became one of yours', { type: 'date', writable }),
  company('user_count', 'People', 'How many people belong to a company', { type: 'integer' }),
  company('session_count', 'Company web sessions', "How often a company's people have come", { type: 'integer' }),
  company('plan.name', 'Plan', 'The plan that a company is on'),
  company('monthly_spend', 'Monthly spend', 'What a company pays each month', { type: 'float', writable }),
  company('size', 'Company size', 'How many people a company employs', { type: 'integer', writable }),
  company('industry', 'Company industry', 'The industry that a company is in', { writable }),
  company('website', 'Company website', "Where a company's website is", { writable }),
  company('id', 'ID', 'What this workspace knows a company by'),
  company('created_at', 'Created at', 'When a company was added', { type: 'date' }),
  company('updated_at', 'Updated at', 'When anything about a company last changed', { type: 'date' }),
  company('plan.id', 'Plan ID', 'What this workspace knows the plan by'),
  company('app_id', 'App ID', 'The workspace that a company is in'),
]
