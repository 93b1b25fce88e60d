// Segments: defined, listed, counted, and who is in them. Sad paths first.
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { aContact } from '../../../test/factories.ts'
import { SDKS } from '../../../test/sdk/clients.ts'
import { listeningServer } from '../../../test/sdk/server.ts'
import { segmentedContacts } from '../contacts/search.ts'
import type { SegmentedNoun } from './compile.ts'
import { countSegments } from './count.ts'

const t = await listeningServer()
const { sql } = t.database
const NOBODY = '0123456789abcdef01234567'
const NO_USER = [{ code: 'not_found', message: 'User Not Found' }]
const NOT_FOUND = [{ code: 'not_found', message: 'Resource Not Found' }]
const BUILT_IN = ['All users', 'All leads', 'Active', 'New', 'Slipping away']

type Named = { id: string; name: string }

beforeEach(async () => {
  await t.call('POST /extensions/sandbox/reset')
  await sql`delete from segments where workspace_id = ${t.workspace.id}`
})

const filter = (field: string, operator: string, value: unknown) => ({ field, operator, value })
const isNamed = (name: string) => filter('name', '=', name)
const inSegment = (id: string) => filter('segment_id', '=', id)
const all = (...value: object[]) => ({ operator: 'AND', value })

const create = (more: object = {}, options = {}) =>
  t.call('POST /extensions/segments', { name: 'Annas', query: isNamed('Anna'), ...more }, options)
const aSegment = async (query: object, more: object = {}): Promise<string> => {
  const { status, body, text } = await create({ query, ...more })
  assert.equal(status, 200, text)
  return body.id
}
const namesOf = async (contact: string): Promise<string[]> =>
  (await t.call(`GET /contacts/${contact}/segments`)).body.data.map(({ name }: Named) => name)
const searched = async (query: object, options = {}): Promise<string[]> =>
  (await t.call('POST /contacts/search', { query }, options)).body.data.map(({ id }: Named) => id)
const setupOf = async (id: string) =>
  (await t.call('GET /extensions/segments')).body.data.find((segment: Named) => segment.id === id)
const builtIn = async (name: string): Promise<string> =>
  (await t.call('GET /segments')).body.segments.find((segment: Named) => segment.name === name).id

const daysAgo = (days: number, seconds = 0) => new Date(Date.now() - days * 86_400_000 + seconds * 1000)

describe('a request is refused', () => {
  test('without a token, or without the scope', async () => {
    const contact = await aContact(t.workspace)
    const id = await aSegment(isNamed('x'))
    const text = newTokenText()
    const limited = { name: 'Limited', admin_id: t.created.admin_id, scopes: ['read_admins'] }
    await insertToken(sql, t.created.id, text, limited, new Date())
    for (const route of [
      ...['GET /segments', `GET /segments/${id}`, `GET /contacts/${contact}/segments`, 'GET /extensions/segments'],
      ...['POST /extensions/segments', `PUT /extensions/segments/${id}`, `DELETE /extensions/segments/${id}`],
    ]) {
      const body = /^(POST|PUT)/.test(route) ? {} : undefined
      assert.equal((await t.call(route, body, { token: null })).status, 401, route)
      assert.equal((await t.call(route, body, { token: text })).status, 403, route)
    }
    assert.equal((await t.call(`GET /segments/${id}`)).status, 200)
  })

  test('for a segment or a contact that is unknown, or of another workspace', async () => {
    const other = await t.another()
    const { body: theirs } = await other.call('POST /extensions/segments', { name: 'x', query: isNamed('x') })
    const their_built_in = (await other.call('GET /segments')).body.segments[0].id
    for (const id of [NOBODY, 'none', '1', theirs.id, their_built_in]) {
      for (const [route, body] of [
        [`GET /segments/${id}`],
        [`PUT /extensions/segments/${id}`, { name: 'Mine' }],
        [`DELETE /extensions/segments/${id}`],
      ] as [string, object?][]) {
        const answer = await t.call(route, body)
        assert.deepEqual([answer.status, answer.body.errors], [404, NOT_FOUND], route)
      }
      assert.deepEqual(await searched(inSegment(id)), [])
    }
    const archived = await aContact(t.workspace, { archived_at: new Date() })
    for (const contact of [NOBODY, 'nobody', archived, await aContact(other.workspace)]) {
      const answer = await t.call(`GET /contacts/${contact}/segments`)
      assert.deepEqual([answer.status, answer.body.errors], [404, NO_USER], contact)
    }
  })

  const DEFINITIONS: [what: string, body: object, code: string, message: RegExp][] = [
    ['without a name', { name: undefined }, 'parameter_not_found', /^name is required/],
    ['with a blank name', { name: '  ' }, 'parameter_invalid', /^name /],
    ['with a long name', { name: 'x'.repeat(256) }, 'parameter_invalid', /^name /],
    ['of visitors', { person_type: 'visitor' }, 'parameter_invalid', /^person_type must be one of/],
    ['without a query', { query: undefined }, 'invalid_query', /^Invalid query/],
    ['with a text as query', { query: 'all' }, 'invalid_query', /^Invalid query/],
    ['with an empty group', { query: all() }, 'invalid_query', /^Invalid query/],
    ['with deep groups', { query: all(all(all(isNamed('x')))) }, 'invalid_values', /^Value depth/],
    ['with many members', { query: all(...Array(16).fill(isNamed('x'))) }, 'invalid_value', /greater than 15/],
    ['with an unknown field', { query: filter('shoe', '=', 7) }, 'invalid_field', /^shoe is not a valid field/],
    [
      'with an attribute that is not defined',
      { query: filter('custom_attributes.shoe', '=', 7) },
      'invalid_field',
      /^custom_attributes.shoe/,
    ],
    ['with an operator that the field lacks', { query: filter('email', '>', 'a') }, 'invalid_operator', /^email does/],
    ['with a date in words', { query: filter('created_at', '>', 'today') }, 'invalid_value', /^today is not/],
    ['with negative days', { query: filter('created_at', '>', { days_ago: -1 }) }, 'invalid_value', /date$/],
    ['with days ago of a text', { query: filter('email', '=', { days_ago: 1 }) }, 'invalid_value', /string$/],
    ['with a long list', { query: filter('id', 'IN', Array(1_001).fill('x')) }, 'invalid_values', /1000/],
    [
      'with a large query',
      { query: filter('id', 'IN', Array(900).fill('x'.repeat(60))) },
      'parameter_invalid',
      /too large/,
    ],
    ['with an unknown tag', { query: filter('tag_id', '!=', '999999') }, 'parameter_invalid', /exist: tag_id 999999$/],
    ['with an unknown segment', { query: inSegment(NOBODY) }, 'parameter_invalid', /exist: segment_id 0123/],
  ]
  for (const [what, body, code, message] of DEFINITIONS) {
    test(`for a segment ${what}`, async () => {
      const answer = await create(body)
      assert.deepEqual([answer.status, answer.body.errors[0].code], [400, code], answer.text)
      assert.match(answer.body.errors[0].message, message)
      assert.equal((await t.call('GET /segments')).body.segments.length, BUILT_IN.length)
      if (!('query' in body) || body.query === undefined) return
      const id = await aSegment(isNamed('Anna'))
      const changed = await t.call(`PUT /extensions/segments/${id}`, body)
      assert.deepEqual([changed.status, changed.body.errors[0].code], [400, code])
      assert.deepEqual((await setupOf(id)).query, isNamed('Anna'))
    })
  }

  test('if a tag or a segment of another workspace is named', async () => {
    const other = await t.another()
    const { body: tag } = await other.call('POST /tags', { name: 'Theirs' })
    const { body: theirs } = await other.call('POST /extensions/segments', { name: 'x', query: isNamed('x') })
    for (const query of [filter('tag_id', '=', tag.id), inSegment(theirs.id)]) {
      const { status, body } = await create({ query })
      assert.deepEqual([status, body.errors[0].code], [400, 'parameter_invalid'])
    }
  })

  test('to change or delete a built-in segment', async () => {
    for (const { id, name } of (await t.call('GET /segments')).body.segments) {
      for (const [route, body] of [
        [`PUT /extensions/segments/${id}`, { name: 'Mine' }],
        [`DELETE /extensions/segments/${id}`],
      ] as [string, object?][]) {
        assert.equal((await t.call(route, body)).status, 409, `${route} ${name}`)
      }
    }
  })

  test('if segments would name each other in a circle, too deep, or too often', async () => {
    const first = await aSegment(isNamed('Anna'))
    const second = await aSegment(inSegment(first))
    const third = await aSegment(all(inSegment(second), isNamed('Anna')))
    const fourth = await aSegment(inSegment(third))
    const refused = async (route: string, query: object, message: RegExp) => {
      const { status, body } = await t.call(route, { name: 'x', query })
      assert.equal(status, 400)
      assert.match(body.errors[0].message, message)
    }
    for (const id of [first, second, third, fourth])
      await refused(
        `PUT /extensions/segments/${first}`,
        filter('segment_id', 'NIN', [id]),
        /^A segment cannot name itself/,
      )
    await refused('POST /extensions/segments', inSegment(fourth), /3 levels deep/)
    await refused(`PUT /extensions/segments/${first}`, inSegment(await builtIn('New')), /3 levels deep/)
    const often = all(...Array(15).fill(filter('segment_id', 'IN', Array(50).fill(second))))
    await refused('POST /extensions/segments', often, /2000 filters together/)
    const search = await t.call('POST /contacts/search', { query: often })
    assert.deepEqual([search.status, search.body.errors[0].code], [400, 'invalid_values'])
    const anna = await aContact(t.workspace, { name: 'Anna' })
    assert.deepEqual(await searched(inSegment(fourth)), [anna])
  })

  test('if it is the 101st, also of simultaneous requests', async () => {
    const answers = await Promise.all(Array.from({ length: 103 }, () => create()))
    const refused = answers.map(({ status }) => status).filter((status) => status !== 200)
    assert.deepEqual(refused, [409, 409, 409])
    const anna = await aContact(t.workspace, { name: 'Anna' })
    assert.equal((await namesOf(anna)).length, 102)
  })

  test('if two changes at once would make a circle', async () => {
    const [one, two] = [await aSegment(isNamed('Anna')), await aSegment(isNamed('Anna'))]
    const answers = await Promise.all([
      t.call(`PUT /extensions/segments/${one}`, { query: inSegment(two) }),
      t.call(`PUT /extensions/segments/${two}`, { query: inSegment(one) }),
    ])
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400])
  })
})

describe('what a segment names', () => {
  test('keeps a tag from being deleted', async () => {
    const { body: tag } = await t.call('POST /tags', { name: 'VIP' })
    const [id, other] = [
      await aSegment(filter('tag_id', '=', tag.id), { name: 'Seg 1' }),
      await aSegment(filter('tag_id', '!=', tag.id), { name: 'Seg 2' }),
    ]
    const { status, body } = await t.call(`DELETE /tags/${tag.id}`)
    const message = 'Unable to delete Tag with dependent objects. Segments: Seg 1, Seg 2.'
    assert.deepEqual([status, body.errors], [400, [{ code: 'tag_has_dependent_objects', message }]])
    await t.call(`PUT /extensions/segments/${id}`, { query: isNamed('x') })
    await t.call(`DELETE /extensions/segments/${other}`)
    assert.equal((await t.call(`DELETE /tags/${tag.id}`)).status, 200)
  })

  test('may disappear: then nobody is in it, nor in those that name it, a search for them is refused, and they say why', async () => {
    const { body: tag } = await t.call('POST /tags', { name: 'VIP' })
    const { body: attribute } = await t.call('POST /data_attributes', {
      ...{ name: `plan_${Date.now()}`, model: 'contact', data_type: 'string' },
    })
    const field = `custom_attributes.${attribute.name}`
    const inner = await aSegment(isNamed('Nobody'))
    const broken = [
      await aSegment(filter('tag_id', '!=', tag.id), { name: 'Tag' }),
      await aSegment(filter(field, '!=', 'pro'), { name: 'Attribute' }),
      await aSegment(filter('segment_id', '!=', inner), { name: 'Segment' }),
    ]
    broken.push(await aSegment(filter('segment_id', 'NIN', [broken[0]]), { name: 'Through another' }))
    const anna = await aContact(t.workspace, { name: 'Anna' })
    assert.deepEqual(await namesOf(anna), ['All users', 'New', 'Tag', 'Attribute', 'Segment'])

    await sql`delete from tags where workspace_id = ${t.workspace.id} and id = ${tag.id}`
    await t.call(`PUT /data_attributes/${attribute.id}`, { archived: true })
    await t.call(`DELETE /extensions/segments/${inner}`)
    assert.deepEqual(await namesOf(anna), ['All users', 'New'])
    const missing = await Promise.all(broken.map(async (id) => (await setupOf(id)).missing))
    assert.deepEqual(missing, [[`tag_id ${tag.id}`], [field], [`segment_id ${inner}`], [`segment_id ${broken[0]}`]])
    const whole = await builtIn('All users')
    const lacks = [
      `(Tag) names what does not exist: tag_id ${tag.id}`,
      `(Attribute) names what does not exist: ${field}`,
      `(Segment) names what does not exist: segment_id ${inner}`,
      `(Through another) names what does not exist: segment_id ${broken[0]} (which names tag_id ${tag.id})`,
    ]
    for (const [n, id] of broken.entries()) {
      const queries: [name: string, query: object][] = [
        ['=', inSegment(id)],
        ['!=', filter('segment_id', '!=', id)],
        ['IN', filter('segment_id', 'IN', [id])],
        ['NIN', filter('segment_id', 'NIN', [id])],
        ['IN with others', filter('segment_id', 'IN', [whole, id])],
        ['NIN with others', filter('segment_id', 'NIN', [NOBODY, whole, id])],
        ['AND with nobody', all(isNamed('Nobody'), filter('segment_id', '!=', id))],
        ['OR with everybody', { operator: 'OR', value: [filter('role', '=', 'user'), inSegment(id)] }],
        ['nested', all({ operator: 'OR', value: [filter('segment_id', 'NIN', [id])] }, isNamed('Anna'))],
      ]
      for (const [name, query] of queries) {
        for (const version of ['2.8', 'Preview']) {
          const { status, body } = await t.call('POST /contacts/search', { query }, { version })
          const [error] = body.errors ?? []
          assert.deepEqual([status, error?.message], [400, `Segment ${id} ${lacks[n]}`], `${name} ${version}`)
          assert.equal(error.code, 'invalid_values')
        }
      }
      assert.equal((await t.call(`GET /segments/${id}`)).status, 200)
    }
    assert.deepEqual(await searched(filter('segment_id', '!=', NOBODY)), [anna])
    const { body } = await t.call('GET /segments?include_count=true')
    assert.deepEqual(
      body.segments.slice(BUILT_IN.length).map(({ count }: { count: number }) => count),
      [0, 0, 0, 0],
    )
    const renamed = await t.call(`PUT /extensions/segments/${broken[0]}`, { name: 'Still broken' })
    assert.deepEqual([renamed.status, renamed.body.missing], [200, [`tag_id ${tag.id}`]])
  })

  test('survives a reset of the sandbox, which removes its tag', async () => {
    const { body: tag } = await t.call('POST /tags', { name: 'VIP' })
    const id = await aSegment(filter('tag_id', '=', tag.id))
    await t.call('POST /extensions/sandbox/reset')
    assert.deepEqual((await setupOf(id)).missing, [`tag_id ${tag.id}`])
  })
})

test('every workspace has the built-in segments, whose ids differ and stay the same', async () => {
  const other = await t.another()
  const [mine, again, theirs] = await Promise.all([
    t.call('GET /segments'),
    t.call('GET /segments'),
    other.call('GET /segments'),
  ])
  assert.equal(mine.body.type, 'segment.list')
  assert.deepEqual(mine.body, again.body)
  assert.deepEqual(
    mine.body.segments.map(({ name }: Named) => name),
    BUILT_IN,
  )
  assert.deepEqual(
    mine.body.segments.map(({ person_type }: { person_type: string }) => person_type),
    ['user', 'contact', 'user', 'user', 'user'],
  )
  const ids = [...mine.body.segments, ...theirs.body.segments].map(({ id }: Named) => id)
  assert.equal(new Set(ids).size, 10)
  for (const id of ids) assert.match(id, /^[0-9a-f]{24}$/)
  for (const segment of mine.body.segments)
    assert.deepEqual((await t.call(`GET /segments/${segment.id}`)).body, segment)
})

describe('the built-in segments', () => {
  const CASES: [what: string, contact: () => object, segments: string[]][] = [
    ['a user who was never seen', () => ({}), []],
    ['a lead', () => ({ role: 'lead', last_seen_at: daysAgo(1), signed_up_at: new Date() }), []],
    ['a user seen now', () => ({ last_seen_at: daysAgo(0) }), ['Active']],
    ['a user seen within 30 days', () => ({ last_seen_at: daysAgo(30, 30) }), ['Active']],
    ['a user seen 30 days ago', () => ({ last_seen_at: daysAgo(30, -30) }), ['Slipping away']],
    ['a user seen within 60 days', () => ({ last_seen_at: daysAgo(60, 30) }), ['Slipping away']],
    ['a user seen 60 days ago', () => ({ last_seen_at: daysAgo(60, -30) }), []],
    ['a user seen a year ago', () => ({ last_seen_at: daysAgo(365) }), []],
    ['a user who signed up within a day', () => ({ signed_up_at: daysAgo(1, 30) }), ['New']],
    ['a user who signed up a day ago', () => ({ signed_up_at: daysAgo(1, -30) }), []],
    [
      'a user who signed up earlier and is a new contact',
      () => ({ signed_up_at: daysAgo(9), created_at: new Date() }),
      [],
    ],
    ['a user of whom only the creation is known', () => ({ created_at: daysAgo(1, 30) }), ['New']],
    ['a new user who was seen', () => ({ created_at: daysAgo(0), last_seen_at: daysAgo(0) }), ['Active', 'New']],
  ]
  for (const [what, contact, expected] of CASES) {
    test(`of ${what}: ${expected.join(', ') || 'none of the three'}`, async () => {
      const id = await aContact(t.workspace, { created_at: daysAgo(90), ...contact() })
      const [everyone, ...rest] = await namesOf(id)
      assert.deepEqual([everyone, ...rest], ['role' in contact() ? 'All leads' : 'All users', ...expected])
    })
  }
})

test('a segment is shown as Intercom does, and with its definition', async () => {
  const query = all(isNamed('Anna'), filter('last_seen_at', '>', { days_ago: 7 }))
  const { body } = await create({ name: 'Annas of the week', query, person_type: 'contact' })
  const { id, created_at } = body
  assert.match(id, /^[0-9a-f]{24}$/)
  assert.ok(Math.abs(created_at - Date.now() / 1000) < 60)
  const common = { id, name: 'Annas of the week', created_at, updated_at: created_at, person_type: 'contact' }
  const setup = { type: 'segment_setup', ...common, query, is_built_in: false, missing: [] }
  assert.deepEqual(body, setup)
  assert.deepEqual(await setupOf(id), setup)
  assert.deepEqual((await t.call(`GET /segments/${id}`)).body, { type: 'segment', ...common })
  const shown = (await t.call('GET /segments')).body.segments.at(-1)
  assert.deepEqual(shown, { type: 'segment', ...common })
})

test('who is in a segment follows every change of the contact and of the definition', async () => {
  const { body: tag } = await t.call('POST /tags', { name: 'VIP' })
  const id = await aSegment(all(filter('tag_id', '=', tag.id), filter('email', '$', '@example.com')), { name: 'VIPs' })
  const anna = await aContact(t.workspace, { created_at: daysAgo(9) })
  const steps: [act: () => Promise<unknown>, segments: string[]][] = [
    [() => t.call(`POST /contacts/${anna}/tags`, { id: tag.id }), ['All users']],
    [() => t.call(`PUT /contacts/${anna}`, { email: 'anna@example.com' }), ['All users', 'VIPs']],
    [
      () => t.call(`PUT /contacts/${anna}`, { last_seen_at: Math.floor(Date.now() / 1000) }),
      ['All users', 'Active', 'VIPs'],
    ],
    [() => t.call(`PUT /extensions/segments/${id}`, { name: 'Renamed' }), ['All users', 'Active', 'Renamed']],
    [() => t.call(`DELETE /contacts/${anna}/tags/${tag.id}`), ['All users', 'Active']],
    [
      () => t.call(`PUT /extensions/segments/${id}`, { query: filter('email', '!=', null) }),
      ['All users', 'Active', 'Renamed'],
    ],
    [() => t.call(`DELETE /extensions/segments/${id}`), ['All users', 'Active']],
  ]
  for (const [act, segments] of steps) {
    await act()
    assert.deepEqual(await namesOf(anna), segments)
  }
  assert.equal((await t.call(`GET /segments/${id}`)).status, 404)
})

test('only contacts of its person type are in a segment', async () => {
  const [user, lead] = [
    await aContact(t.workspace, { name: 'Anna' }),
    await aContact(t.workspace, { role: 'lead', name: 'Anna' }),
  ]
  const [users, leads] = [await aSegment(isNamed('Anna')), await aSegment(isNamed('Anna'), { person_type: 'contact' })]
  assert.deepEqual(await searched(inSegment(users)), [user])
  assert.deepEqual(await searched(inSegment(leads)), [lead])
})

test('relative dates follow the clock of the workspace', async () => {
  const id = await aSegment(filter('last_seen_at', '>', { days_ago: 10 }))
  const anna = await aContact(t.workspace, { last_seen_at: new Date() })
  assert.deepEqual(await searched(inSegment(id)), [anna])
  await t.call('POST /extensions/sandbox/clock', { advance_seconds: 11 * 86_400 })
  assert.deepEqual(await searched(inSegment(id)), [])
})

test('a query keeps the meaning of dates of the version in which it was written', async () => {
  const noon = Date.parse('2024-01-02T12:00:00Z') / 1000
  const anna = await aContact(t.workspace, { created_at: new Date('2024-01-02T15:00:00Z') })
  const query = filter('created_at', '=', noon)
  const byDay = (await create({ query }, { version: '2.16' })).body.id
  const bySecond = await aSegment(query)
  for (const version of ['Preview', '2.16', '2.8']) {
    assert.deepEqual(await searched(inSegment(byDay), { version }), [anna])
    assert.deepEqual(await searched(inSegment(bySecond), { version }), [])
  }
  await t.call(`PUT /extensions/segments/${byDay}`, { name: 'Renamed' })
  assert.deepEqual(await searched(inSegment(byDay)), [anna])
  await t.call(`PUT /extensions/segments/${byDay}`, { query })
  assert.deepEqual(await searched(inSegment(byDay)), [])
})

test('a search takes segments like other values, beside other filters', async () => {
  const [anna, ben, lead] = [
    await aContact(t.workspace, { name: 'Anna', created_at: daysAgo(3) }),
    await aContact(t.workspace, { name: 'Ben', created_at: daysAgo(4) }),
    await aContact(t.workspace, { role: 'lead', created_at: daysAgo(5) }),
  ]
  const [annas, bens] = [await aSegment(isNamed('Anna')), await aSegment(isNamed('Ben'))]
  const leads = await builtIn('All leads')
  const cases: [query: object, found: string[]][] = [
    [filter('segment_id', '=', annas), [anna]],
    [filter('segment_id', '!=', annas), [ben, lead]],
    [filter('segment_id', 'IN', [annas, bens]), [anna, ben]],
    [filter('segment_id', 'NIN', [annas, bens]), [lead]],
    [filter('segment_id', 'IN', []), []],
    [filter('segment_id', 'IN', [annas, annas, NOBODY]), [anna]],
    [filter('segment_id', '=', leads), [lead]],
    [filter('segment_id', '=', null), []],
    [filter('segment_id', '!=', null), [anna, ben, lead]],
    [all(inSegment(annas), inSegment(bens)), []],
    [{ operator: 'OR', value: [inSegment(annas), filter('role', '=', 'lead')] }, [anna, lead]],
  ]
  for (const [query, found] of cases) {
    for (const version of ['Preview', '2.16', '2.14', '2.11', '2.8'])
      assert.deepEqual(await searched(query, { version }), found, `${version} ${JSON.stringify(query)}`)
  }
  const sort = await t.call('POST /contacts/search', { query: inSegment(annas), sort: { field: 'segment_id' } })
  assert.equal(sort.body.errors[0].code, 'invalid_field')
})

test('counts are those of live contacts, and only on request', async () => {
  for (const contact of [
    {},
    { name: 'Anna' },
    { role: 'lead' },
    { archived_at: new Date() },
    { deleted_at: new Date() },
  ])
    await aContact(t.workspace, { created_at: daysAgo(9), ...(contact as object) })
  await aSegment(isNamed('Anna'))
  const counts = async (query: string) =>
    (await t.call(`GET /segments${query}`)).body.segments.map(({ count }: { count?: number }) => count)
  assert.deepEqual(await counts('?include_count=true'), [2, 1, 0, 0, 0, 1])
  for (const query of ['', '?include_count=false']) assert.deepEqual(await counts(query), Array(6).fill(undefined))
  assert.equal((await t.call('GET /segments?include_count=perhaps')).status, 400)
})

test('counts that are not done in time are null, those before them are not, and the connection works on', async () => {
  await aContact(t.workspace, { name: 'Anna', created_at: daysAgo(9) })
  for (let n = 0; n < 20; n++) await aSegment(isNamed('Anna'))
  const slowFrom = (slow: number): SegmentedNoun => {
    let batch = 0
    return {
      ...segmentedContacts,
      rows: ({ sql, id }) => {
        const seconds = batch++ < slow ? 0 : 60
        return sql`from contacts cross join pg_sleep(${seconds}) where workspace_id = ${id} and is_live`
      },
    }
  }
  const all = [1, 0, 0, 0, 0, ...Array(20).fill(1)]
  for (const [slow, counted] of [
    [0, 0],
    [1, 10],
    [2, 20],
    [3, 25],
  ] as const) {
    const segments = await countSegments(t.workspace, slowFrom(slow), 300)
    assert.deepEqual(
      segments.map(({ count }) => count),
      all.map((count, n) => (n < counted ? count : null)),
    )
  }
  assert.deepEqual((await t.call('GET /segments?include_count=true')).body.segments.at(-1).count, 1)
})

for (const { release, client, errors } of SDKS) {
  test(`the official SDK ${release} lists and shows segments, and those of a contact`, async () => {
    const sdk = client({ token: t.created.token, baseUrl: t.url })
    const contact_id = await aContact(t.workspace, { name: 'Anna' })
    const id = await aSegment(isNamed('Anna'))
    const listed = await sdk.segments.list({ include_count: true })
    assert.deepEqual(listed.segments?.map((segment) => [segment.name, segment.count]).at(-1), ['Annas', 1])
    assert.equal((await sdk.segments.find({ segment_id: id })).name, 'Annas')
    const attached = await sdk.contacts.listAttachedSegments({ contact_id })
    assert.deepEqual(
      attached.data?.map(({ name }) => name),
      ['All users', 'New', 'Annas'],
    )
    const found = await sdk.contacts.search({ query: { field: 'segment_id', operator: '=', value: id } })
    assert.deepEqual(
      found.data.map((contact) => contact.id),
      [contact_id],
    )
    await assert.rejects(sdk.segments.find({ segment_id: NOBODY }), errors.NotFoundError)
  })
}
