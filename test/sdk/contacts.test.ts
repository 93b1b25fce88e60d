// The official SDK: contacts, their tags, and data attributes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { all, isRelease7, SDKS } from './clients.ts'
import { listeningServer } from './server.ts'

const server = await listeningServer()

for (const { release, client: connect, errors } of SDKS) {
  const client = connect({ token: server.created.token, baseUrl: server.url })
  const address = (name: string) => `${name}.${release}@example.com`
  const isNotFound = (error: unknown) => error instanceof errors.IntercomError && error.statusCode === 404

  test(`SDK ${release}: a contact is created, found, changed and deleted`, async () => {
    const external_id = `user ${release}/1@home`
    const created = await client.contacts.create({
      email: address('anna'),
      external_id,
      name: 'Anna',
      phone: '+1 202 555 0143',
      avatar: 'https://example.com/anna.png',
      signed_up_at: 1_700_000_000,
      owner_id: Number(server.created.admin_id),
      unsubscribed_from_emails: false,
    })
    assert.equal(created.role, 'user')
    assert.equal(created.external_id, external_id)
    assert.equal(created.owner_id, Number(server.created.admin_id))
    assert.equal(created.workspace_id, server.created.id)
    assert.equal(created.signed_up_at, 1_700_000_000)
    assert.deepEqual(await client.contacts.find({ contact_id: created.id }), created)

    const updated = await client.contacts.update({ contact_id: created.id, name: 'Anne' })
    assert.equal(updated.name, 'Anne')
    assert.equal(updated.email, address('anna'))

    const deleted = await client.contacts.delete({ contact_id: created.id })
    assert.deepEqual(deleted, { type: 'contact', id: created.id, external_id, deleted: true })
    await assert.rejects(client.contacts.find({ contact_id: created.id }), isNotFound)
  })

  test(`SDK ${release}: a contact is archived and unarchived`, async () => {
    const { id } = await client.contacts.create({ role: 'lead', name: 'Lea' })
    assert.equal((await client.contacts.archive({ contact_id: id })).archived, true)
    await assert.rejects(client.contacts.find({ contact_id: id }), isNotFound)
    assert.equal((await client.contacts.unarchive({ contact_id: id })).archived, false)
    assert.equal((await client.contacts.find({ contact_id: id })).name, 'Lea')
  })

  test(`SDK ${release}: lists and searches of contacts continue over their pages and end`, async () => {
    const { created } = await server.another()
    const client = connect({ token: created.token, baseUrl: server.url })
    assert.deepEqual(await all(await client.contacts.list()), [])
    const emails = Array.from({ length: 7 }, (_, number) => address(`page${number}`))
    for (const email of emails) await client.contacts.create({ email })

    const pages = await client.contacts.list({ per_page: 3 })
    assert.equal(pages.data.length, 3)
    assert.ok(pages.hasNextPage())
    const listed = await all(pages)
    assert.deepEqual(listed.map(({ email }) => email).toReversed(), emails)
    assert.equal(pages.hasNextPage(), false)

    const found = await client.contacts.search({
      pagination: { per_page: 2 },
      query: {
        operator: 'AND',
        value: [
          { field: 'email', operator: '~', value: 'page' },
          { field: 'email', operator: '!=', value: address('page0') },
        ],
      },
    })
    assert.deepEqual((await all(found)).map(({ email }) => email).sort(), emails.slice(1))
    assert.deepEqual(
      await all(await client.contacts.search({ query: { field: 'email', operator: '=', value: 'no' } })),
      [],
    )
  })

  test(`SDK ${release}: a tag is created, renamed, added to contacts, removed and deleted`, async () => {
    const [one, another] = [
      await client.contacts.create({ role: 'user', email: address('one') }),
      await client.contacts.create({ role: 'lead' }),
    ]
    const tag = await client.tags.create({ name: `VIP ${release}` })
    assert.deepEqual(tag, { type: 'tag', id: tag.id, name: `VIP ${release}` })
    assert.deepEqual(await client.tags.find({ tag_id: tag.id }), tag)
    assert.equal((await client.tags.create({ id: tag.id, name: `Very ${release}` })).id, tag.id)

    const applied = await client.tags.tagContact({ contact_id: one.id, id: tag.id })
    assert.equal(applied.applied_by?.id, server.created.admin_id)
    assert.deepEqual((await client.contacts.listAttachedTags({ contact_id: one.id })).data, [applied])
    await client.tags.create({ name: `Very ${release}`, users: [{ id: another.id }] })
    const carriers = await client.contacts.search({ query: { field: 'tag_id', operator: '=', value: tag.id } })
    assert.deepEqual((await all(carriers)).map(({ id }) => id).sort(), [one.id, another.id].sort())

    assert.equal((await client.tags.untagContact({ contact_id: one.id, tag_id: tag.id })).id, tag.id)
    assert.deepEqual((await client.contacts.listAttachedTags({ contact_id: one.id })).data, [])
    const { data: tags = [] } = await client.tags.list()
    assert.ok(tags.some(({ id }) => id === tag.id))
    assert.equal(await client.tags.delete({ tag_id: tag.id }), undefined)
    await assert.rejects(client.tags.find({ tag_id: tag.id }), errors.NotFoundError)
  })

  test(`SDK ${release}: a data attribute is created, written to contacts, searched by and archived`, async () => {
    const name = `plan_${release}`
    // Release 7 omits name and model in the type of this request, so the call does not use the type.
    const plan = { name, model: 'contact', data_type: 'string' } as const
    const made = await client.dataAttributes.create(plan)
    assert.equal(made.full_name, `custom_attributes.${name}`)
    const { id } = await client.contacts.create({ email: address('plan'), custom_attributes: { [name]: 'pro' } })
    assert.deepEqual((await client.contacts.find({ contact_id: id })).custom_attributes, { [name]: 'pro' })
    const query = { field: made.full_name, operator: '=', value: 'pro' } as const
    assert.deepEqual(
      (await all(await client.contacts.search({ query }))).map(({ id }) => id),
      [id],
    )

    const attribute_id = made.id as number
    const archived = isRelease7(client)
      ? await client.dataAttributes.update({ data_attribute_id: attribute_id, body: { archived: true } })
      : await client.dataAttributes.update({ data_attribute_id: String(attribute_id), archived: true })
    assert.equal(archived.archived, true)
    const list = async (include_archived: boolean) =>
      (await client.dataAttributes.list({ model: 'contact', include_archived })).data?.map(({ name }) => name)
    assert.ok((await list(true))?.includes(name))
    assert.ok(!(await list(false))?.includes(name))
  })

  if (isRelease7(client)) {
    test('SDK 7: a contact is found by an external id of any characters', async () => {
      for (const external_id of ['a b', 'a/b', 'a@b.c', 'ü?&#%', '100%']) {
        const { id } = await client.contacts.create({ external_id })
        assert.equal((await client.contacts.showContactByExternalId({ external_id })).id, id)
      }
      await assert.rejects(client.contacts.showContactByExternalId({ external_id: 'nobody' }), isNotFound)
    })

    test('SDK 7: the status of a job is shown, and an unknown job is an error', async () => {
      const { body } = await server.call('POST /contacts/bulk', { contacts: [{ role: 'lead' }] })
      const { status, resource_type, resource_id } = await client.jobs.status({ job_id: body.id })
      assert.deepEqual([status, resource_type, resource_id], ['pending', 'contacts.bulk.job', body.id])
      await assert.rejects(client.jobs.status({ job_id: 'job_v2_0' }), isNotFound)
    })

    test('SDK 7: a list attribute is created with options', async () => {
      const colour = {
        name: 'colour',
        model: 'contact',
        data_type: 'options',
        options: [{ value: 'red' }, { value: 'blue' }],
      } as const
      const made = await client.dataAttributes.create({ ...colour, options: [...colour.options] })
      assert.equal(made.data_type, 'string')
      assert.deepEqual(made.options, ['red', 'blue'])
      await client.contacts.create({ email: address('red'), custom_attributes: { colour: 'red' } })
      await assert.rejects(client.contacts.create({ role: 'lead', custom_attributes: { colour: 'green' } }), {
        statusCode: 400,
      })
    })
  }
}
