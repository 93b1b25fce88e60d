// Companies with the official SDK, in both releases.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aContact } from '../factories.ts'
import { all, SDKS } from './clients.ts'
import { listeningServer } from './server.ts'

const server = await listeningServer()

for (const { release, client: connect, errors } of SDKS) {
  const workspace = await server.another()
  const client = connect({ token: workspace.created.token, baseUrl: server.url })
  const { companies } = client

  test(`SDK ${release}: refusals are errors with their status`, async () => {
    const refused = await companies.find({ company_id: 'none' }).catch((error) => error)
    assert.ok(refused instanceof errors.NotFoundError)
    const unknown = await companies.retrieve({ name: 'none' }).catch((error) => error)
    assert.ok(unknown instanceof errors.NotFoundError)
    const wrong = await companies.createOrUpdate({ company_id: 'x', monthly_spend: 2 ** 31 }).catch((error) => error)
    assert.ok(wrong instanceof errors.BadRequestError)
  })

  test(`SDK ${release}: a company is created, found, updated, attached, listed and archived`, async () => {
    const created = await companies.createOrUpdate({
      company_id: 'acme',
      name: 'Acme',
      plan: 'Pro',
      monthly_spend: 9.9,
    })
    assert.deepEqual([created.name, created.plan?.name, created.monthly_spend], ['Acme', 'Pro', 9])
    assert.equal((await companies.find({ company_id: created.id })).company_id, 'acme')
    const found = await companies.retrieve({ company_id: 'acme' })
    assert.equal((found as { id?: string }).id, created.id)
    assert.equal((await companies.createOrUpdate({ company_id: 'acme', name: 'Acme 2' })).id, created.id)

    const contact_id = await aContact(workspace.workspace)
    assert.equal((await companies.attachContact({ contact_id, id: created.id })).user_count, 1)
    const { data } = await companies.listAttachedContacts({ company_id: created.id })
    assert.deepEqual(
      data?.map(({ id }) => id),
      [contact_id],
    )
    const attached = await all(await client.contacts.listAttachedCompanies({ contact_id }))
    assert.deepEqual(
      attached.map(({ name }) => name),
      ['Acme 2'],
    )
    assert.equal((await companies.detachContact({ contact_id, company_id: created.id })).user_count, 0)
    assert.deepEqual(await companies.delete({ company_id: created.id }), {
      ...{ id: created.id, object: 'company', deleted: true },
    })
  })

  test(`SDK ${release}: lists and scrolls go to their end while companies are inserted, each once`, async () => {
    const contact_id = await aContact(workspace.workspace)
    const ids: string[] = []
    const add = async (company_id: string) => {
      const { id } = await companies.createOrUpdate({ company_id })
      await companies.attachContact({ contact_id, id })
      return id
    }
    for (let number = 0; number < 7; number++) ids.push(await add(`listed ${number}`))
    assert.equal(new Set((await all(await companies.list({ per_page: 3 }))).map(({ id }) => id)).size, 7)
    const attached = await all(await client.contacts.listAttachedCompanies({ contact_id, per_page: 2 }))
    assert.deepEqual(
      attached.map(({ id }) => id),
      ids.toReversed(),
    )
    const seen: string[] = []
    for await (const { id } of await companies.scroll()) {
      seen.push(id)
      if (seen.length === 1) await add('inserted meanwhile')
    }
    for (const id of ids) assert.equal(seen.filter((one) => one === id).length, 1)
  })
}
