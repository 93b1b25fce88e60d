// Random bodies for operations that would hardly ever accept a purely random one: messages, searches.
import fc from 'fast-check'
import { sandboxBodies } from './sandbox.ts'
import type { Vocabulary } from './vocabulary.ts'

/** Keyed by the operation's path. */
export const bodiesOf = (vocabulary: Vocabulary): Record<string, fc.Arbitrary<unknown>> => ({
  ...sandboxBodies(vocabulary),
  '/messages': messages(vocabulary),
  '/extensions/broadcasts': broadcasts(vocabulary),
  '/contacts/search': contactSearches(vocabulary),
  '/companies/search': searches(vocabulary, {
    text: words('company_id name custom_attributes.tier'),
    date: words('created_at updated_at remote_created_at last_request_at'),
    flag: words('custom_attributes.tier'),
    number: words('monthly_spend session_count user_count'),
    set: words('tag_id'),
  }),
  '/conversations/search': searches(vocabulary, {
    text: words('id state priority source.body source.author.email source.author.id title ai_agent.source_type'),
    date: words('created_at updated_at waiting_since snoozed_until statistics.last_close_at'),
    flag: words('open read ai_agent_participated'),
    number: words('admin_assignee_id statistics.median_time_to_reply statistics.count_reopens ai_agent.rating'),
    set: words('contact_ids teammate_ids tag_ids'),
  }),
})

const contactSearches = (vocabulary: Vocabulary) =>
  searches(vocabulary, {
    text: words('id email name role phone email_domain custom_attributes.plan location.city ios_device'),
    date: words('created_at updated_at last_seen_at ios_last_seen_at signed_up_at'),
    flag: words('unsubscribed_from_emails has_hard_bounced'),
    number: words('owner_id'),
    set: words('tag_id segment_id'),
  })

const words = (text: string): string[] => text.split(' ')

/** Pieces of HTML as people and programs write them; they do not always fit together. */
const PIECES = words('<p> </p> <b> </b> <br> <li> </a> <script> <!-- <td> <img & &lt; https://example.com {{1}} > --')
const writing = fc
  .array(fc.oneof(fc.constantFrom(...PIECES, '<a href="x">', '\n\n'), fc.string({ unit: 'grapheme' })), {
    minLength: 1,
    maxLength: 8,
  })
  .map((pieces) => pieces.join(' '))

function messages({ mine, people, hurtful }: Vocabulary): fc.Arbitrary<unknown> {
  const person = fc.record({ type: fc.constantFrom('user', 'lead', 'contact'), id: fc.constantFrom(...people) })
  const several = fc.oneof(person, fc.array(person, { minLength: 1, maxLength: 3 }))
  const admin = fc.constant({ type: 'admin', id: mine.admin })
  const parameter = fc.record({ type: fc.constant('text'), text: writing })
  const parameters = fc.array(fc.oneof({ weight: 4, arbitrary: parameter }, fc.constantFrom(...hurtful)), {
    maxLength: 3,
  })
  const components = fc.array(fc.record({ type: fc.constantFrom('BODY', 'body', 'HEADER'), parameters }))
  return fc.record(
    {
      message_type: fc.constantFrom('in_app', 'email', 'sms', 'whatsapp'),
      from: fc.oneof({ weight: 4, arbitrary: admin }, person),
      ...{ to: several, cc: several, bcc: several },
      ...{ subject: writing, body: writing },
      template: fc.constantFrom('plain', 'personal', 'order_update', 'unknown'),
      locale: fc.constantFrom('en', 'de', 'xx'),
      components,
      created_at: fc.constantFrom(1, 1_700_000_000, 32_503_680_000),
      create_conversation_without_contact_reply: fc.boolean(),
    },
    { requiredKeys: ['message_type', 'from', 'to', 'subject', 'body'] },
  )
}

/** Placeholders for recipients, and texts that are nearly placeholders. */
const PLACES = [
  '{{name}}',
  '{{first_name | fallback: "there"}}',
  "{{custom_attributes.plan|fallback:'x'}}",
  '{{phone}}',
]
const NEARLY = ['{{', '}}', '{{1}}', '{{nobody}}', '{{name | fallback: ""}}', '{{name | upcase}}', '{{{{name}}}}']

function broadcasts(vocabulary: Vocabulary): fc.Arbitrary<unknown> {
  const { mine, people, hurtful } = vocabulary
  const place = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...PLACES) }, fc.constantFrom(...NEARLY))
  const text = fc.array(fc.oneof(place, writing), { maxLength: 3 }).map((pieces) => pieces.join(' '))
  const parameter = fc.record({
    type: fc.constant('text'),
    text: fc.oneof({ weight: 9, arbitrary: text }, fc.constantFrom(...hurtful)),
  })
  const component = fc.record({
    type: fc.constantFrom('BODY', 'button'),
    parameters: fc.array(parameter, { maxLength: 3 }),
  })
  const query = contactSearches(vocabulary).map((search) => (search as { query: unknown }).query)
  const audience = fc.oneof(
    fc.record({ contact_ids: fc.array(fc.constantFrom(...people), { minLength: 1, maxLength: 3 }) }),
    fc.record({ tag_id: fc.constant(mine.tag) }),
    fc.record({ query }),
  )
  return fc.record(
    {
      ...{ name: writing, message_type: fc.constant('whatsapp'), template: fc.constantFrom('order_update', 'unknown') },
      ...{ locale: fc.constantFrom('en', 'xx'), components: fc.array(component, { maxLength: 3 }), audience },
      from: fc.constant({ type: 'admin', id: mine.admin }),
    },
    { requiredKeys: ['message_type', 'template', 'audience'] },
  )
}

type Kind = 'text' | 'date' | 'flag' | 'number' | 'set'

/** Usually, a field with an operator that it supports and values of its kind. */
function searches({ mine, cursors }: Vocabulary, fields: Record<Kind, string[]>): fc.Arbitrary<unknown> {
  const suited: Record<Kind, [operators: string, values: unknown[]]> = {
    text: ['= != IN NIN ~ !~ ^ $', [mine.email, 'user', 'open', 'plan', '7', 7]],
    date: ['= != > < >= <= IN', [0, 1_700_000_000, '1700000000', 253_402_300_799]],
    flag: ['= !=', [true, false, 'true', 'false']],
    number: ['= != > < >= <= IN NIN', [0, 1, -1, '5', 2.5, mine.admin]],
    set: ['= != IN NIN', [mine.tag, mine.user, mine.admin, 'x', 1]],
  }
  const filter = fc.oneof(
    ...Object.entries(suited).map(([kind, [operators, values]]) =>
      fc.record({
        field: fc.constantFrom(...fields[kind as Kind]),
        operator: fc.constantFrom(...words(operators)),
        value: fc.oneof(fc.constantFrom(...values, null), fc.array(fc.constantFrom(...values), { maxLength: 3 })),
      }),
    ),
  )
  const groupOf = (member: fc.Arbitrary<unknown>) =>
    fc.record({ operator: fc.constantFrom('AND', 'OR'), value: fc.array(member, { minLength: 1, maxLength: 3 }) })
  return fc.record(
    {
      query: fc.oneof({ weight: 3, arbitrary: filter }, groupOf(filter), groupOf(fc.oneof(filter, groupOf(filter)))),
      pagination: fc.record({
        per_page: fc.integer({ min: 1, max: 9 }),
        starting_after: fc.constantFrom(null, ...cursors),
      }),
      sort: fc.record({
        field: fc.constantFrom(...Object.values(fields).flat()),
        order: fc.constantFrom('ascending', 'descending'),
      }),
    },
    { requiredKeys: ['query'] },
  )
}
