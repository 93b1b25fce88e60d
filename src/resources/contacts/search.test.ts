// Searching contacts: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { aContact } from '../../../test/factories.ts'

const t = await testApp()

type Filter = [field: string, operator: string, value?: unknown]
const filter = ([field, operator, value]: Filter) => ({ field, operator, value })

const search = (asked: Filter, more: object = {}, version?: string) =>
  t.call('POST /contacts/search', { query: filter(asked), ...more }, version ? { version } : {})

const day = (date: string) => Date.parse(`${date}Z`) / 1000
const at = (date: string) => new Date(`${date}Z`)

for (const [name, data_type] of Object.entries({ plan: 'string', seats: 'integer', paying: 'boolean', born: 'date' })) {
  await t.call('POST /data_attributes', { name, model: 'contact', data_type })
}
const ann = await aContact(t.workspace, {
  name: 'Ann Ågren',
  email: 'Ann@Example.com',
  external_id: 'ann',
  phone: '5547999998888',
  formatted_phone: '+5547999998888',
  avatar_url: 'https://example.com/ann.png',
  owner_id: t.created.admin_id,
  language_override: 'sv',
  unsubscribed_from_emails: true,
  created_at: at('2024-01-01T10:00:00'),
  last_seen_at: at('2024-06-01T10:00:00'),
  custom_attributes: { plan: 'pro', seats: 7, paying: true, born: day('1980-05-05T00:00:00') },
  messenger: { browser: 'firefox', ios_last_seen_at: day('2024-06-01T10:00:00'), location: { country: 'Sweden' } },
})
const bob = await aContact(t.workspace, {
  role: 'lead',
  name: 'Bob',
  email: 'bob@other.org',
  created_at: at('2024-01-02T10:00:00'),
})
const cat = await aContact(t.workspace, { external_id: 'cat', created_at: at('2024-01-03T10:00:00') })
await aContact(t.workspace, { email: 'ann@example.com', archived_at: new Date() })
await aContact(t.workspace, { email: 'ann@example.com', deleted_at: new Date() })
const stranger = await t.another()
await aContact(stranger.workspace, { email: 'ann@example.com', name: 'Ann of another' })
const tag = (await t.call('POST /tags', { name: 'VIP', users: [{ id: ann }] })).body.id

const NAMES: Record<string, string> = { [ann]: 'ann', [bob]: 'bob', [cat]: 'cat' }
const namesIn = (answer: { body: { data: { id: string }[] } }) => answer.body.data.map(({ id }) => NAMES[id])

test('an invalid search is one of the documented 400s', async () => {
  const wrong: [body: unknown, code: string][] = [
    [undefined, 'invalid_query'],
    [{}, 'invalid_query'],
    [{ query: filter(['favourite_colour', '=', 'red']) }, 'invalid_field'],
    [{ query: filter(['custom_attributes.unheard_of', '=', 'red']) }, 'invalid_field'],
    [{ query: filter(['email', '>', 'a']) }, 'invalid_operator'],
    [{ query: filter(['tag_id', 'IN', [tag]]) }, 'invalid_operator'],
    [{ query: filter(['created_at', '>', 'yesterday']) }, 'invalid_value'],
    [{ per_page: 5 }, 'invalid_query'],
    [{ query: filter(['email', '=', 'a']), per_page: 5, pagination: 7 }, 'bad_request'],
    [{ query: filter(['email', '=', 'a']), sort: { field: 'email', order: 'desc' } }, 'invalid_sort_order'],
    [{ query: filter(['email', '=', 'a']), sort: { field: 'tag_id' } }, 'invalid_field'],
    [{ query: filter(['email', '=', 'a']), pagination: { starting_after: 'nonsense' } }, 'client_error'],
  ]
  for (const [body, code] of wrong) {
    const answer = await t.call('POST /contacts/search', body)
    assert.equal(answer.status, 400, JSON.stringify(body))
    assert.equal(answer.body.errors[0].code, code, JSON.stringify(body))
  }
})

test('unknown members of the body, such as per_page, are accepted', async () => {
  const query = filter(['role', '!=', 'nobody'])
  const answer = await t.call('POST /contacts/search', { query, per_page: 1, random_param: {} })
  assert.deepEqual([answer.status, answer.body.total_count, answer.body.data.length], [200, 3, 3])
})

test('the cursor of another order is a 400', async () => {
  const everybody: Filter = ['role', '!=', 'nobody']
  const { body } = await search(everybody, { sort: { field: 'name' }, pagination: { per_page: 1 } })
  const { starting_after } = body.pages.next
  assert.equal((await search(everybody, { pagination: { starting_after } })).status, 400)
})

test('contacts that are archived, deleted or of another workspace are not found', async () => {
  const { status, body } = await search(['email', '=', 'ann@example.com'])
  assert.equal(status, 200)
  assert.equal(body.total_count, 1)
  assert.equal(body.data[0].id, ann)
})

test('every documented field can be searched', async () => {
  const found: [asked: Filter, who: string[]][] = [
    [['id', '=', ann], ['ann']],
    [['role', '=', 'lead'], ['bob']],
    [['name', '~', 'ågr'], ['ann']],
    [['avatar', '=', 'https://example.com/ann.png'], ['ann']],
    [['email', '=', 'ANN@example.COM'], ['ann']],
    [['email', '^', 'bob@'], ['bob']],
    [['email', '=', null], ['cat']],
    [
      ['email', '!=', null],
      ['bob', 'ann'],
    ],
    [['email_domain', '=', 'example.com'], ['ann']],
    [['phone', '=', 5547999998888], ['ann']],
    [['formatted_phone', '=', '+5547999998888'], ['ann']],
    [
      ['external_id', 'IN', ['ann', 'cat']],
      ['cat', 'ann'],
    ],
    [['language_override', '=', 'sv'], ['ann']],
    [['owner_id', '=', t.created.admin_id], ['ann']],
    [['owner_id', '=', Number(t.created.admin_id)], ['ann']],
    [['unsubscribed_from_emails', '=', true], ['ann']],
    [
      ['marked_email_as_spam', '=', false],
      ['cat', 'bob', 'ann'],
    ],
    [['has_hard_bounced', '=', true], []],
    [['created_at', '>', String(day('2024-01-02T10:00:00'))], ['cat']],
    [
      ['created_at', '>=', day('2024-01-02T10:00:00')],
      ['cat', 'bob'],
    ],
    [['last_seen_at', '<', day('2024-07-01T00:00:00')], ['ann']],
    [['ios_last_seen_at', '=', day('2024-06-01T10:00:00')], ['ann']],
    [['browser', '=', 'firefox'], ['ann']],
    [['location.country', '=', 'sweden'], ['ann']],
    [['tag_id', '=', tag], ['ann']],
    [
      ['tag_id', '!=', tag],
      ['cat', 'bob'],
    ],
    [['tag_id', '=', 'no tag'], []],
    [['segment_id', '=', '5f3b'], []],
    [
      ['segment_id', '!=', '5f3b'],
      ['cat', 'bob', 'ann'],
    ],
    [['custom_attributes.plan', '=', 'pro'], ['ann']],
    [['custom_attributes.seats', '>', 5], ['ann']],
    [['custom_attributes.paying', '=', true], ['ann']],
    [['custom_attributes.born', '=', day('1980-05-05T12:00:00')], ['ann']],
  ]
  for (const [asked, who] of found) {
    const answer = await search(asked)
    assert.equal(answer.status, 200, JSON.stringify([asked, answer.body]))
    assert.deepEqual(namesIn(answer), who, JSON.stringify(asked))
    assert.equal(answer.body.total_count, who.length)
  }
  const others = [
    ...['updated_at', 'signed_up_at', 'last_contacted_at', 'last_replied_at', 'last_email_opened_at'],
    ...['last_email_clicked_at', 'android_last_seen_at'],
  ]
  for (const field of others) assert.equal((await search([field, '<', 0])).status, 200, field)
  const texts = [
    ...['browser_language', 'os', 'location.region', 'location.city', 'ios_app_version', 'ios_device'],
    ...['ios_app_device', 'ios_os_version', 'ios_app_name', 'ios_sdk_version', 'android_app_version'],
    ...['android_device', 'android_app_name', 'andoid_sdk_version', 'android_sdk_version'],
  ]
  for (const field of texts) assert.deepEqual(namesIn(await search([field, '=', 'x'])), [], field)
})

test('groups, sorting and pages work together, with an exact count', async () => {
  const query = {
    operator: 'OR',
    value: [
      filter(['email', '$', '.org']),
      { operator: 'AND', value: [filter(['role', '=', 'user']), filter(['created_at', '>', 0])] },
    ],
  }
  const seen: (string | undefined)[] = []
  let starting_after: string | undefined
  do {
    const { body } = await t.call('POST /contacts/search', {
      query,
      sort: { field: 'name', order: 'ascending' },
      pagination: { per_page: 1, ...(starting_after && { starting_after }) },
    })
    assert.equal(body.total_count, 3)
    assert.equal(body.pages.total_pages, 3)
    seen.push(...namesIn({ body }))
    starting_after = body.pages.next?.starting_after
  } while (starting_after)
  assert.deepEqual(seen, ['cat', 'ann', 'bob'])
})

test('a contact is found as soon as it exists, in its usual form', async () => {
  const { body } = await stranger.call('POST /contacts', { email: 'soon@example.com' })
  const found = await stranger.call('POST /contacts/search?include_merge_history=true', {
    query: filter(['email', '=', 'soon@example.com']),
  })
  assert.deepEqual(found.body.data, [{ ...body, merge_history: [] }])
})

test('up to 2.16 times are whole days, and a sort order is checked since 2.16 only', async () => {
  const noon = day('2024-01-02T12:00:00')
  assert.deepEqual(namesIn(await search(['created_at', '=', noon])), [])
  assert.deepEqual(namesIn(await search(['created_at', '=', noon], {}, '2.16')), ['bob'])
  assert.deepEqual(namesIn(await search(['created_at', '>', noon], {}, '2.11')), ['cat'])
  assert.equal((await search(['created_at', '>=', noon], {}, '2.11')).body.errors[0].code, 'invalid_operator')

  const sort = { field: 'created_at', order: 'desc' }
  assert.equal((await search(['role', '=', 'user'], { sort }, '2.16')).body.errors[0].code, 'invalid_sort_order')
  assert.deepEqual(namesIn(await search(['role', '=', 'user'], { sort }, '2.15')), ['cat', 'ann'])
})
