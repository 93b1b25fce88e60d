// Lists are read to their end while rows are inserted, changed and deleted: each row that stays is seen exactly once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IntercomClient } from 'intercom-client'
import { allReadable } from '../events.ts'
import { aContact, aMessage } from '../factories.ts'
import { all } from '../sdk/clients.ts'
import { listeningServer } from '../sdk/server.ts'

/** How many rows stay in each list. */
const ROWS = Number(process.env['LIFE_ROWS'] ?? 60)
/** How many rows are deleted during the walk. */
const VICTIMS = Math.ceil(ROWS / 4)
const PER_PAGE = 7

const server = await listeningServer()

type World = Awaited<ReturnType<typeof world>>
type Keyed = { id?: string | undefined }
type Walk = {
  what: string
  /** Creates the rows. Returns those that stay, and what happens meanwhile, each over and over. */
  prepare(w: World): Promise<{ stay: string[]; meanwhile: ((turn: number) => Promise<unknown>)[]; on?: string }>
  /** Reads the list to its end. @param on what `prepare` returned. */
  read(w: World, on: string): Promise<Keyed[]>
  /** The pages have numbers, and so a row that was inserted or deleted before them moves all others. */
  is_numbered?: boolean
}

async function world() {
  const { call, created, workspace } = await server.another()
  const client = new IntercomClient({ token: created.token, baseUrl: server.url })
  const ok = async (...[route, body]: [route: string, body?: unknown]) => {
    const answer = await call(route, body)
    assert.ok(answer.status < 300, answer.text)
    return answer.body
  }
  return { call, ok, client, workspace, admin_id: created.admin_id }
}

const several = async (count: number, make: (n: number) => Promise<string>): Promise<string[]> => {
  const ids: string[] = []
  for (let n = 0; n < count; n++) ids.push(await make(n))
  return ids
}

const pathOf = (url: string): string => {
  const { pathname, search } = new URL(url, server.url)
  return pathname + search
}

/** Follows `pages.next`: a cursor, or a URL. */
async function follow({ ok }: World, route: string, key: string, body?: { [name: string]: unknown }): Promise<Keyed[]> {
  const found: Keyed[] = []
  const [method, path = ''] = route.split(' ')
  let url = path
  let asked = body
  for (;;) {
    const answer = await ok(`${method} ${url}`, asked)
    found.push(...answer[key])
    const next = answer.pages.next
    if (!next) return found
    if (typeof next === 'string') url = pathOf(next)
    else if (body) asked = { ...body, pagination: { per_page: PER_PAGE, starting_after: next.starting_after } }
    else url = `${path}${path.includes('?') ? '&' : '?'}starting_after=${encodeURIComponent(next.starting_after)}`
  }
}

const aCompany = async ({ ok }: World, company_id: string, contact_id?: string): Promise<string> => {
  const { id } = await ok('POST /companies', { company_id })
  if (contact_id) await ok(`POST /contacts/${contact_id}/companies`, { id })
  return id
}

async function contacts(w: World) {
  const aUser = (name: string) => aContact(w.workspace, { external_id: name, name, email: `${name}@example.com` })
  const stay = await several(ROWS, (n) => aUser(`stays-${n}`))
  const victims = await several(VICTIMS, (n) => aUser(`goes-${n}`))
  const meanwhile = [
    (turn: number) => w.ok('POST /contacts', { external_id: `new-${turn}`, email: `new.${turn}@example.com` }),
    (turn: number) => w.ok(`PUT /contacts/${stay[turn % ROWS]}`, { name: `Changed ${turn}` }),
    async (turn: number) => {
      const victim = victims.pop()
      if (victim) await w.ok(turn % 2 ? `POST /contacts/${victim}/archive` : `DELETE /contacts/${victim}`)
    },
  ]
  return { stay, meanwhile }
}

async function companies(w: World) {
  const contact = await aContact(w.workspace)
  const stay = await several(ROWS, (n) => aCompany(w, `stays-${n}`, contact))
  const victims = await several(VICTIMS, (n) => aCompany(w, `goes-${n}`, contact))
  const meanwhile = [
    (turn: number) => aCompany(w, `new-${turn}`, contact),
    (turn: number) => w.ok('POST /companies', { company_id: `stays-${turn % ROWS}`, name: `Changed ${turn}` }),
    async () => {
      const victim = victims.pop()
      if (victim) await w.ok(`DELETE /companies/${victim}`)
    },
  ]
  return { stay, meanwhile, on: contact }
}

async function members(w: World) {
  const company = await aCompany(w, 'acme')
  const attached = async () => {
    const id = await aContact(w.workspace)
    await w.ok(`POST /contacts/${id}/companies`, { id: company })
    return id
  }
  const stay = await several(ROWS, attached)
  const victims = await several(VICTIMS, attached)
  const meanwhile = [
    attached,
    (turn: number) => w.ok(`PUT /contacts/${stay[turn % ROWS]}`, { name: `Changed ${turn}` }),
    async (turn: number) => {
      const victim = victims.pop()
      if (victim)
        await w.ok(turn % 2 ? `DELETE /contacts/${victim}` : `DELETE /contacts/${victim}/companies/${company}`)
    },
  ]
  return { stay, meanwhile, on: company }
}

async function notes(w: World, noted: string, on: string) {
  const write = async (body: string): Promise<string> => (await w.ok(`POST ${noted}/notes`, { body })).id
  return { stay: await several(ROWS, (n) => write(`Note ${n}`)), meanwhile: [(n: number) => write(`New ${n}`)], on }
}

/** Conversations are listed by their last change: one that is changed moves, so that only the others are changed here. */
async function conversations(w: World) {
  const from = { type: 'user', id: await aContact(w.workspace) }
  const start = async (): Promise<string> =>
    (await w.ok('POST /conversations', { from, body: 'Hello' })).conversation_id
  const [answered, deleted] = [await several(VICTIMS, start), await several(VICTIMS, start)]
  const stay = await several(ROWS, start)
  const meanwhile = [
    start,
    (turn: number) =>
      w.ok(`POST /conversations/${answered[turn % answered.length]}/reply`, {
        ...{ message_type: 'comment', type: 'user', intercom_user_id: from.id, body: `Reply ${turn}` },
      }),
    (turn: number) => w.call(`DELETE /conversations/${deleted[turn]}`),
  ]
  return { stay, meanwhile }
}

/** Each second has one event. */
async function events(w: World) {
  const id = await aContact(w.workspace)
  const at = Math.floor(Date.now() / 1000) - 3 * ROWS
  const record = (second: number) => w.ok('POST /events', { event_name: 'ordered', created_at: at + second, id })
  for (let n = 0; n < ROWS; n++) await record(n)
  const stay = await follow(w, `GET /events?type=user&intercom_user_id=${id}&per_page=${PER_PAGE}`, 'events')
  return { stay: stay.map(({ id }) => String(id)), meanwhile: [(turn: number) => record(2 * ROWS + turn)], on: id }
}

/** Activities of the log: each request to delete in bulk is one. */
async function activities(w: World) {
  const act = () => w.ok('POST /contacts/bulk/delete', { contacts: [{ id: 'x' }] })
  for (let n = 0; n < ROWS; n++) await act()
  const stay = await follow(w, 'GET /admins/activity_logs?created_at_after=0', 'activity_logs')
  return { stay: stay.map(({ id }) => String(id)), meanwhile: [act] }
}

async function merged(w: World) {
  const into = await aContact(w.workspace)
  const mergeOne = async () => {
    const from = await aContact(w.workspace, { role: 'lead' })
    await w.ok('POST /contacts/merge', { from, into, skip_duplicate_validation: true })
    return from
  }
  return { stay: await several(ROWS, mergeOne), meanwhile: [mergeOne], on: into }
}

async function deliveries(w: World) {
  const to = await aContact(w.workspace, { email: 'anna@example.com' })
  await several(ROWS, () => aMessage(w.workspace, { to }))
  const stay = await follow(w, 'GET /extensions/deliveries', 'data')
  return { stay: stay.map(({ id }) => String(id)), meanwhile: [() => aMessage(w.workspace, { to })] }
}

const everyone = { field: 'role', operator: '=' as const, value: 'user' }

const WALKS: Walk[] = [
  {
    what: 'the contacts, with the SDK',
    prepare: contacts,
    read: async ({ client }) => all(await client.contacts.list({ per_page: PER_PAGE })),
  },
  {
    what: 'a search of contacts, with the SDK',
    prepare: contacts,
    read: async ({ client }) =>
      all(await client.contacts.search({ query: everyone, pagination: { per_page: PER_PAGE } })),
  },
  {
    what: 'a search of contacts, sorted by another field',
    prepare: contacts,
    read: (w) =>
      follow(w, 'POST /contacts/search', 'data', {
        ...{ query: everyone, sort: { field: 'email', order: 'ascending' }, pagination: { per_page: PER_PAGE } },
      }),
  },
  {
    what: 'the contacts of a company',
    prepare: members,
    read: (w, company) => follow(w, `GET /companies/${company}/contacts?per_page=${PER_PAGE}`, 'data'),
  },
  {
    what: 'a scroll of companies, with the SDK',
    prepare: companies,
    read: async ({ client }) => all(await client.companies.scroll()),
  },
  {
    what: 'the companies, with the SDK',
    prepare: companies,
    read: async ({ client }) => all(await client.companies.list({ per_page: PER_PAGE })),
    is_numbered: true,
  },
  {
    what: 'the companies, by cursor',
    prepare: companies,
    read: (w) => follow(w, `POST /companies/list?per_page=${PER_PAGE}`, 'data'),
  },
  {
    what: 'a search of companies',
    prepare: companies,
    read: (w) =>
      follow(w, 'POST /companies/search', 'data', {
        ...{ query: { field: 'company_id', operator: '!=', value: 'none' }, pagination: { per_page: PER_PAGE } },
      }),
  },
  {
    what: 'the companies of a contact, with the SDK',
    prepare: companies,
    read: async ({ client }, contact_id) =>
      all(await client.contacts.listAttachedCompanies({ contact_id, per_page: PER_PAGE })),
    is_numbered: true,
  },
  {
    what: 'the companies of a contact, by cursor',
    prepare: companies,
    read: (w, contact) => follow(w, `GET /contacts/${contact}/companies?per_page=${PER_PAGE}`, 'data'),
  },
  {
    what: 'the notes of a contact, with the SDK',
    prepare: async (w) => {
      const id = await aContact(w.workspace)
      return notes(w, `/contacts/${id}`, id)
    },
    read: async ({ client }, contact_id) => all(await client.notes.list({ contact_id, per_page: PER_PAGE })),
    is_numbered: true,
  },
  {
    what: 'the notes of a contact, by cursor',
    prepare: async (w) => {
      const id = await aContact(w.workspace)
      return notes(w, `/contacts/${id}`, id)
    },
    read: (w, contact) => follow(w, `GET /contacts/${contact}/notes?per_page=${PER_PAGE}`, 'data'),
  },
  {
    what: 'the notes of a company, by cursor',
    prepare: async (w) => {
      const id = await aCompany(w, 'acme')
      return notes(w, `/companies/${id}`, id)
    },
    read: (w, company) => follow(w, `GET /companies/${company}/notes?per_page=${PER_PAGE}`, 'data'),
  },
  {
    what: 'the conversations, with the SDK',
    prepare: conversations,
    read: async ({ client }) => all(await client.conversations.list({ per_page: PER_PAGE })),
  },
  {
    what: 'a search of conversations, with the SDK',
    prepare: conversations,
    read: async ({ client }) =>
      all(
        await client.conversations.search({
          query: { operator: 'AND', value: [{ field: 'created_at', operator: '>', value: '0' }] },
          pagination: { per_page: PER_PAGE },
        }),
      ),
  },
  {
    what: 'the events of a contact',
    prepare: events,
    read: (w, contact) => follow(w, `GET /events?type=user&intercom_user_id=${contact}&per_page=${PER_PAGE}`, 'events'),
  },
  {
    what: 'the activity log',
    prepare: activities,
    read: (w) => follow(w, `GET /admins/activity_logs?created_at_after=0&per_page=${PER_PAGE}`, 'activity_logs'),
  },
  {
    what: 'the activities of contacts',
    async prepare(w) {
      const prepared = await merged(w)
      await allReadable(w.workspace.sql)
      return prepared
    },
    read: async (w) =>
      (
        (await follow(w, `GET /contacts/activities?per_page=${PER_PAGE}`, 'data')) as { merge_source_id?: string }[]
      ).map(({ merge_source_id }) => ({ id: merge_source_id })),
  },
  {
    what: 'the merge history of a contact',
    prepare: merged,
    async read({ ok }, contact) {
      const found: Keyed[] = []
      let cursor: string | null = null
      do {
        const query = new URLSearchParams({ per_page: String(PER_PAGE), ...(cursor && { cursor }) })
        const { data, next_cursor } = await ok(`GET /contacts/${contact}/merge_history?${query}`)
        found.push(...data.map(({ source_contact_id: id }: { source_contact_id: string }) => ({ id })))
        cursor = next_cursor
      } while (cursor)
      return found
    },
  },
  {
    what: 'the deliveries',
    prepare: deliveries,
    read: (w) => follow(w, `GET /extensions/deliveries?per_page=${PER_PAGE}`, 'data'),
  },
]

for (const { what, prepare, read, is_numbered } of WALKS)
  test(`${what}: each row that stays is ${is_numbered ? 'seen' : 'seen once'} while others come and go`, async () => {
    const w = await world()
    const { stay, meanwhile, on = '' } = await prepare(w)
    assert.equal(stay.length, ROWS)
    let turns = 0
    let is_over = false
    const writers = (is_numbered ? meanwhile.slice(0, 2) : meanwhile).map(async (write) => {
      for (let turn = 0; turn < ROWS && !is_over; turn++, turns++) await write(turn)
    })
    const seen = await read(w, on).finally(() => {
      is_over = true
    })
    await Promise.all(writers)
    assert.ok(turns >= meanwhile.length, 'nothing happened meanwhile')
    const times = Map.groupBy(seen, ({ id }) => id)
    const wrong = stay.filter((id) => (is_numbered ? !times.has(id) : times.get(id)?.length !== 1))
    assert.deepEqual(wrong, [], `of ${stay.length} rows, with ${turns} changes meanwhile`)
  })
