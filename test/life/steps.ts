// The requests of a generated life: each is sent to the server and done in the model, and both must agree on its status.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Call } from '../app.ts'
import {
  archiveCompany,
  type CompanyModel,
  type ContactModel,
  createContact,
  isLive,
  type Model,
  merge,
  move,
  updateCompany,
  updateContact,
  upsertCompany,
} from './model.ts'

/** What exists before the life begins. */
export type Real = { call: Call; tags: string[]; types: string[] }

type Step = fc.AsyncCommand<Model, Real>

/** Few values, so that many are the same. */
export const EMAILS = ['ann@example.com', 'Ben@Example.com', 'ben@example.com', 'cia@example.org', 'dan_@example.net']
export const EXTERNAL_IDS = ['c1', 'c2', 'C2', 'c 3']
export const NAMES = ['Ann', 'ann', 'Bo Berg', '100 %', 'O_Neil']
export const PLANS = ['free', 'pro', 'Pro']
export const SEATS = [0, 1, 25]
export const COMPANY_IDS = ['acme', 'Acme', 'tyrell', 'umbrella']
export const COMPANY_NAMES = ['Acme', 'Tyrell Corp', 'tyrell corp']
export const SIZES = [0, 7, 300]
export const TIERS = ['gold', 'silver']

const oneOf = <Value>(values: readonly Value[]) => fc.constantFrom(...values)
const orNull = <Value>(values: readonly Value[]) => fc.constantFrom(null, ...values, ...values)
const some = <Values>(values: { [Key in keyof Values]: fc.Arbitrary<Values[Key]> }) =>
  fc.record(values, { requiredKeys: [] })
const which = fc.nat({ max: 999 })

const contactRequest = some({
  email: orNull(EMAILS),
  external_id: orNull(EXTERNAL_IDS),
  name: orNull(NAMES),
  role: fc.constantFrom('user' as const, 'lead' as const),
  unsubscribed_from_emails: fc.boolean(),
  custom_attributes: some({ plan: orNull(PLANS), seats: orNull(SEATS), vip: orNull([true, false]) }),
})

const companyRequest = some({
  name: orNull(COMPANY_NAMES),
  size: orNull(SIZES),
  monthly_spend: orNull([0, 980]),
  custom_attributes: some({ tier: orNull(TIERS) }),
})

const pick = <Item>(items: readonly Item[], n: number): Item => items[n % items.length] as Item

/** Mostly one that fits, so that most requests are accepted. */
const pickBy = <Item>(items: readonly Item[], fits: (item: Item) => boolean, n: number): Item => {
  const fitting = n % 5 ? items.filter(fits) : []
  return pick(fitting.length ? fitting : items, Math.floor(n / 5))
}

const aContact = ({ contacts }: Model, n: number) => pickBy(contacts, isLive, n)
const aCompany = ({ companies }: Model, n: number) => pickBy(companies, ({ is_live }) => is_live, n)

function step(name: string, values: unknown, needs: (keyof Model)[], run: Step['run']): Step {
  return {
    check: (model) => needs.every((key) => model[key].length > 0),
    run,
    toString: () => `${name} ${JSON.stringify(values)}`,
  }
}

async function send({ call }: Real, expected: number, ...[route, body]: [route: string, body?: unknown]) {
  const answer = await call(route, body)
  assert.equal(answer.status, expected, `${route} ${JSON.stringify(body)}: ${answer.text}`)
  return answer.body
}

const both = fc.record({ contact: which, other: which })

/** What is done with a contact and an id of something else, both ways. */
const relation = (
  name: string,
  run: (model: Model, real: Real, contact: ContactModel, n: number) => Promise<unknown>,
) =>
  both.map(({ contact, other }) =>
    step(name, { contact, other }, ['contacts'], async (model, real) => {
      await run(model, real, aContact(model, contact), other)
    }),
  )

const onCompany = (
  name: string,
  run: (model: Model, real: Real, company: CompanyModel, n: number) => Promise<unknown>,
) =>
  both.map(({ contact, other }) =>
    step(name, { company: contact, other }, ['companies'], async (model, real) => {
      await run(model, real, aCompany(model, contact), other)
    }),
  )

const create = contactRequest.map((request) =>
  step('create', request, [], async (model, real) => {
    const { status, add } = createContact(model, request)
    const { id } = await send(real, status, 'POST /contacts', request)
    if (status === 200) add(id)
  }),
)

const update = fc.record({ contact: which, request: contactRequest }).map(({ contact, request }) =>
  step('update', { contact, request }, ['contacts'], async (model, real) => {
    const one = aContact(model, contact)
    await send(real, updateContact(model, one, request), `PUT /contacts/${one.id}`, request)
  }),
)

const merges = relation('merge', (model, real, one, n) => {
  const into = n % 3 ? pickBy(model.contacts, (contact) => isLive(contact) && contact.role === 'user', n) : one
  const from = pickBy(model.contacts, (contact) => isLive(contact) && contact.role === 'lead', n + 1)
  const request = { from: from.id, into: into.id, skip_duplicate_validation: true }
  return send(real, merge(model, from, into), 'POST /contacts/merge', request)
})

const moves = fc
  .record({ contact: which, way: fc.constantFrom('archive', 'unarchive', 'unarchive', 'delete') })
  .map(({ contact, way }) =>
    step(way, { contact }, ['contacts'], async (model, real) => {
      const one = pick(model.contacts, contact)
      const route = way === 'delete' ? `DELETE /contacts/${one.id}` : `POST /contacts/${one.id}/${way}`
      await send(real, move(one, way), route)
    }),
  )

const tag = relation('tag', async (_model, real, contact, n) => {
  const id = pick(real.tags, n)
  await send(real, isLive(contact) ? 200 : 404, `POST /contacts/${contact.id}/tags`, { id })
  if (isLive(contact)) contact.tags.add(id)
})

const untag = relation('untag', async (_model, real, contact, n) => {
  const id = pick(real.tags, n)
  await send(real, isLive(contact) ? 200 : 404, `DELETE /contacts/${contact.id}/tags/${id}`)
  if (isLive(contact)) contact.tags.delete(id)
})

const note = relation('note', async (_model, real, contact, n) => {
  await send(real, isLive(contact) ? 200 : 404, `POST /contacts/${contact.id}/notes`, { body: `Note ${n}` })
  if (isLive(contact)) contact.notes++
})

const choose = relation('choose', async (_model, real, contact, n) => {
  const id = pick(real.types, n)
  await send(real, isLive(contact) ? 200 : 404, `POST /contacts/${contact.id}/subscriptions`, { id })
  if (isLive(contact)) contact.chosen.add(id)
})

const takeBack = relation('take back', async (_model, real, contact, n) => {
  const id = pick(real.types, n)
  await send(real, isLive(contact) ? 200 : 404, `DELETE /contacts/${contact.id}/subscriptions/${id}`)
  if (isLive(contact)) contact.chosen.delete(id)
})

const upsert = fc.record({ company_id: oneOf(COMPANY_IDS), request: companyRequest }).map(({ company_id, request }) =>
  step('upsert', { company_id, request }, [], async (model, real) => {
    const { id } = await send(real, 200, 'POST /companies', { company_id, ...request })
    const known = model.companies.find((company) => company.company_id === company_id)
    if (known) assert.equal(id, known.id)
    upsertCompany(model, company_id, request, id)
  }),
)

const updateOne = fc.record({ company: which, request: companyRequest }).map(({ company, request }) =>
  step('update company', { company, request }, ['companies'], async (model, real) => {
    const one = aCompany(model, company)
    await send(real, updateCompany(one, request), `PUT /companies/${one.id}`, request)
  }),
)

const archiveOne = onCompany('archive company', (model, real, company) =>
  send(real, archiveCompany(model, company), `DELETE /companies/${company.id}`),
)

const attach = onCompany('attach', async (model, real, company, n) => {
  if (!model.contacts.length) return
  const contact = aContact(model, n)
  const can = isLive(contact) && company.is_live
  await send(real, can ? 200 : 404, `POST /contacts/${contact.id}/companies`, { id: company.id })
  if (can) contact.companies.add(company.id)
})

const detach = onCompany('detach', async (model, real, company, n) => {
  if (!model.contacts.length) return
  const contact = aContact(model, n)
  const can = isLive(contact) && company.is_live
  await send(real, can ? 200 : 404, `DELETE /contacts/${contact.id}/companies/${company.id}`)
  if (can) contact.companies.delete(company.id)
})

const tagCompany = onCompany('tag company', async (_model, real, company, n) => {
  const id = pick(real.tags, n)
  const request = {
    name: `Tag ${real.tags.indexOf(id)}`,
    companies: [{ id: company.id, ...(n % 3 === 0 && { untag: true }) }],
  }
  await send(real, 200, 'POST /tags', request)
  if (!company.is_live) return
  if (n % 3 === 0) company.tags.delete(id)
  else company.tags.add(id)
})

/** The more often it is listed, the more often it is done. */
export const STEPS: fc.Arbitrary<Step>[] = [
  ...[
    create,
    create,
    create,
    update,
    update,
    merges,
    merges,
    moves,
    tag,
    tag,
    tag,
    untag,
    note,
    choose,
    choose,
    takeBack,
  ],
  ...[upsert, upsert, updateOne, archiveOne, attach, attach, attach, detach, tagCompany],
]
