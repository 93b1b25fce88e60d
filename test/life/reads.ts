// Compares everything that the API shows of a workspace's contacts and companies with the model.
import assert from 'node:assert/strict'
import {
  type CompanyModel,
  type ContactModel,
  isLive,
  liveCompanies,
  liveContacts,
  type Model,
  membersOf,
} from './model.ts'
import { COMPANY_IDS, COMPANY_NAMES, EMAILS, EXTERNAL_IDS, NAMES, PLANS, type Real, SEATS, TIERS } from './steps.ts'

export type Reading = Real & { segment: string }

type Ids = { id: string }[]
const idsOf = (items: Ids) => items.map(({ id }) => id).sort()
const sorted = (ids: Iterable<string>) => [...ids].sort()

export async function assertReadsAgree(model: Model, real: Reading): Promise<void> {
  for (const contact of model.contacts) await assertContact(real, contact)
  for (const company of model.companies) await assertCompany(real, model, company)
  await assertLists(real, model)
  for (const [what, matches, query] of contactSearches(real)) {
    const expected = liveContacts(model).filter(matches)
    await assertSearch(real, 'contacts', what, query, expected)
  }
  for (const [what, matches, query] of companySearches(real, model)) {
    const expected = liveCompanies(model).filter((company) => membersOf(model, company).length > 0 && matches(company))
    await assertSearch(real, 'companies', what, query, expected)
  }
}

async function get({ call }: Real, path: string) {
  const { status, body, text } = await call(`GET ${path}`)
  assert.equal(status, 200, `${path}: ${text}`)
  return body
}

async function assertContact(real: Reading, contact: ContactModel) {
  const path = `/contacts/${contact.id}`
  const { status, body } = await real.call(`GET ${path}`)
  if (!isLive(contact)) return assert.ok(status === 404 || (contact.state === 'merged' && status === 410), `${status}`)
  assert.equal(status, 200)
  const { role, email, external_id, name, unsubscribed_from_emails, attributes } = contact
  assert.deepEqual(
    {
      ...{ role: body.role, email: body.email, name: body.name },
      external_id: contact.external_id === null && body.external_id?.length === 36 ? null : body.external_id,
      unsubscribed_from_emails: body.unsubscribed_from_emails,
      attributes: body.custom_attributes,
    },
    { role, email, name, external_id, unsubscribed_from_emails, attributes },
  )
  const companies = sorted(contact.companies)
  assert.deepEqual(idsOf(body.tags.data), sorted(contact.tags))
  assert.deepEqual(idsOf(body.companies.data), companies)
  assert.equal(body.notes.total_count, contact.notes)
  const chosen = [...body.opted_out_subscription_types.data, ...body.opted_in_subscription_types.data]
  assert.deepEqual(idsOf(chosen), sorted(contact.chosen))
  assert.deepEqual(idsOf((await get(real, `${path}/tags`)).data), sorted(contact.tags))
  assert.deepEqual(idsOf((await get(real, `${path}/companies`)).companies), companies)
  assert.deepEqual(idsOf((await get(real, `${path}/subscriptions`)).data), sorted(contact.chosen))
  assert.equal((await get(real, `${path}/notes`)).total_count, contact.notes)
  const segments = (await get(real, `${path}/segments`)).data.map(({ name }: { name: string }) => name)
  assert.deepEqual(
    ['All users', 'All leads', 'On pro'].filter((name) => segments.includes(name)),
    [role === 'user' ? 'All users' : 'All leads', ...(isOnPro(contact) ? ['On pro'] : [])],
  )
  if (external_id && role === 'user') {
    const found = await get(real, `/contacts/find_by_external_id/${encodeURIComponent(external_id)}`)
    assert.equal(found.id, contact.id)
  }
}

async function assertCompany(real: Reading, model: Model, company: CompanyModel) {
  const path = `/companies/${company.id}`
  const { status, body } = await real.call(`GET ${path}`)
  assert.equal(status, company.is_live ? 200 : 404)
  if (!company.is_live) return
  const members = membersOf(model, company)
  const { id, company_id, name, size, monthly_spend, tier } = company
  assert.deepEqual(
    {
      ...{ id: body.id, company_id: body.company_id, name: body.name, size: body.size ?? null },
      ...{ monthly_spend: body.monthly_spend, tier: body.custom_attributes.tier ?? null, user_count: body.user_count },
    },
    { id, company_id, name, size, monthly_spend, tier, user_count: members.length },
  )
  assert.deepEqual(idsOf(body.tags.tags), sorted(company.tags))
  const contacts = await get(real, `${path}/contacts?per_page=150`)
  assert.deepEqual(idsOf(contacts.data), idsOf(members))
  assert.equal(contacts.total_count, members.length)
  const found = await get(real, `/companies?company_id=${encodeURIComponent(company_id)}`)
  assert.equal(found.id, id)
}

async function assertLists(real: Reading, model: Model) {
  const contacts = await get(real, '/contacts?per_page=150')
  assert.deepEqual(idsOf(contacts.data), idsOf(liveContacts(model)))
  assert.equal(contacts.total_count, liveContacts(model).length)
  const withContacts = liveCompanies(model).filter((company) => membersOf(model, company).length > 0)
  const companies = await get(real, '/companies?per_page=150')
  assert.deepEqual(idsOf(companies.data), idsOf(withContacts))
  assert.equal(companies.total_count, withContacts.length)
  const scrolled: Ids = []
  for (let parameter = ''; ; ) {
    const { data, scroll_param } = await get(real, `/companies/scroll${parameter}`)
    scrolled.push(...data)
    if (!data.length) break
    parameter = `?scroll_param=${scroll_param}`
  }
  assert.deepEqual(idsOf(scrolled), idsOf(liveCompanies(model)))
  for (const tag of real.tags) {
    const tagged = await get(real, `/companies?tag_id=${tag}&per_page=150`)
    assert.deepEqual(idsOf(tagged.data), idsOf(withContacts.filter(({ tags }) => tags.has(tag))))
  }
  const { segments } = await get(real, '/segments?include_count=true')
  const counts = Object.fromEntries(segments.map(({ name, count }: { name: string; count: number }) => [name, count]))
  const count = (matches: (contact: ContactModel) => boolean) => liveContacts(model).filter(matches).length
  assert.deepEqual(
    [counts['All users'], counts['All leads'], counts['On pro']],
    [count(({ role }) => role === 'user'), count(({ role }) => role === 'lead'), count(isOnPro)],
  )
}

const isOnPro = ({ role, attributes }: ContactModel) => role === 'user' && attributes.plan === 'pro'

async function assertSearch({ call }: Real, noun: 'contacts' | 'companies', what: string, query: Query, expected: Ids) {
  const { status, body, text } = await call(`POST /${noun}/search`, { query, pagination: { per_page: 150 } })
  assert.equal(status, 200, text)
  assert.deepEqual(idsOf(body.data), idsOf(expected), `${noun} with ${what}`)
  assert.equal(body.total_count, expected.length)
}

type Query = { field: string; operator: string; value: unknown } | { operator: 'AND' | 'OR'; value: Query[] }
type Search<Noun> = [what: string, matches: (noun: Noun) => boolean, query: Query]
type Value = string | number | boolean | null | undefined

/** Searches for a value by each operator of its kind. `fold`: letter case does not count. */
function byValue<Noun>(
  field: string,
  read: (noun: Noun) => Value,
  values: readonly Value[],
  { fold = false } = {},
): Search<Noun>[] {
  const key = (value: Value) => (fold && typeof value === 'string' ? value.toLowerCase() : value)
  const of = (noun: Noun) => key(read(noun) ?? null)
  const search = (operator: string, value: unknown, matches: (mine: Value) => boolean): Search<Noun> => [
    ...([`${field} ${operator} ${value}`, (noun: Noun) => matches(of(noun))] as const),
    { field, operator, value },
  ]
  return values.flatMap((value) => {
    const wanted = key(value)
    const part = typeof wanted === 'string' ? wanted.slice(1, 4) : ''
    const has = (mine: Value, test: (text: string) => boolean) => typeof mine === 'string' && test(mine)
    const isNumber = (mine: Value): mine is number => typeof mine === 'number'
    return [
      search('=', value, (mine) => mine === wanted),
      search('!=', value, (mine) => mine !== wanted),
      ...(typeof wanted === 'string'
        ? [
            search('~', part, (mine) => has(mine, (text) => text.includes(part))),
            search('!~', part, (mine) => !has(mine, (text) => text.includes(part))),
            search('^', wanted.slice(0, 2), (mine) => has(mine, (text) => text.startsWith(wanted.slice(0, 2)))),
            search('$', wanted.slice(-2), (mine) => has(mine, (text) => text.endsWith(wanted.slice(-2)))),
            search('IN', values, (mine) => values.map(key).includes(mine)),
            search('NIN', values, (mine) => !values.map(key).includes(mine)),
          ]
        : []),
      ...(isNumber(wanted)
        ? [
            search('>', wanted, (mine) => isNumber(mine) && mine > wanted),
            search('<', wanted, (mine) => isNumber(mine) && mine < wanted),
          ]
        : []),
    ]
  })
}

const unset = <Noun>(field: string, read: (noun: Noun) => Value): Search<Noun>[] => [
  [`${field} = null`, (noun) => read(noun) == null, { field, operator: '=', value: null }],
  [`${field} != null`, (noun) => read(noun) != null, { field, operator: '!=', value: null }],
]

const tagged = <Noun extends { tags: Set<string> }>(tags: readonly string[]): Search<Noun>[] =>
  tags.flatMap((value): Search<Noun>[] => [
    [`tag ${value}`, ({ tags }) => tags.has(value), { field: 'tag_id', operator: '=', value }],
    [`without tag ${value}`, ({ tags }) => !tags.has(value), { field: 'tag_id', operator: '!=', value }],
  ])

function contactSearches({ tags, segment }: Reading): Search<ContactModel>[] {
  const single: Search<ContactModel>[] = [
    ...byValue<ContactModel>('email', ({ email }) => email, EMAILS, { fold: true }),
    ...byValue<ContactModel>('name', ({ name }) => name, NAMES, { fold: true }),
    ...byValue<ContactModel>('role', ({ role }) => role, ['user', 'lead']).slice(0, 2),
    ...EXTERNAL_IDS.map(
      (value): Search<ContactModel> => [
        `external_id ${value}`,
        ({ external_id }) => external_id === value,
        { field: 'external_id', operator: '=', value },
      ],
    ),
    ...byValue<ContactModel>('unsubscribed_from_emails', (one) => one.unsubscribed_from_emails, [true, false]),
    ...byValue<ContactModel>('custom_attributes.plan', ({ attributes }) => attributes.plan, PLANS),
    ...byValue<ContactModel>('custom_attributes.seats', ({ attributes }) => attributes.seats, SEATS),
    ...byValue<ContactModel>('custom_attributes.vip', ({ attributes }) => attributes.vip, [true, false]),
    ...unset<ContactModel>('email', ({ email }) => email),
    ...unset<ContactModel>('custom_attributes.vip', ({ attributes }) => attributes.vip),
    ...tagged<ContactModel>(tags),
    ['the segment', isOnPro, { field: 'segment_id', operator: '=', value: segment }],
    ['not the segment', (one) => !isOnPro(one), { field: 'segment_id', operator: '!=', value: segment }],
  ]
  return [...single, ...pairsOf(single)]
}

function companySearches({ tags }: Reading, model: Model): Search<CompanyModel>[] {
  const single: Search<CompanyModel>[] = [
    ...byValue<CompanyModel>('name', ({ name }) => name, COMPANY_NAMES, { fold: true }),
    ...byValue<CompanyModel>('company_id', ({ company_id }) => company_id, COMPANY_IDS),
    ...byValue<CompanyModel>('monthly_spend', ({ monthly_spend }) => monthly_spend, [0, 980]),
    ...byValue<CompanyModel>('user_count', (company) => membersOf(model, company).length, [1, 2]),
    ...byValue<CompanyModel>('custom_attributes.tier', ({ tier }) => tier, TIERS),
    ...unset<CompanyModel>('custom_attributes.tier', ({ tier }) => tier),
    ...tagged<CompanyModel>(tags),
  ]
  return [...single, ...pairsOf(single)]
}

/** Joins some of the searches in pairs, by AND and by OR. */
const pairsOf = <Noun>(searches: readonly Search<Noun>[]): Search<Noun>[] =>
  searches.flatMap(([what, matches, query], n): Search<Noun>[] => {
    if (n % 4) return []
    const [other, otherMatches, otherQuery] = searches[(n * 7 + 5) % searches.length]!
    return n % 8
      ? [
          [
            `${what} and ${other}`,
            (noun) => matches(noun) && otherMatches(noun),
            { operator: 'AND', value: [query, otherQuery] },
          ],
        ]
      : [
          [
            `${what} or ${other}`,
            (noun) => matches(noun) || otherMatches(noun),
            { operator: 'OR', value: [query, otherQuery] },
          ],
        ]
  })
