// Reply domains: whose a domain is, how a claim is proven, what the operator decides, and what stays reserved.
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { workspaceOfAddress } from '#inbound/email/recipients.ts'
import { txtLookup } from '#net/txt-records.ts'
import { SECRET, testApp } from '../../../test/app.ts'
import { nameServer } from '../../../test/dns.ts'
import { saveEnvironmentAccounts } from './environment.ts'
import { listReplyDomains } from './reply-domain-queries.ts'
import { assignReplyDomain, domainsAbove, releaseReplyDomain } from './reply-domains.ts'

/** TXT records by name; `fails` makes the lookup fail. */
const zone = new Map<string, string[]>()
let fails = false
const dns = await nameServer((name) => zone.get(name) ?? [])
const lookUp = txtLookup([dns.address])
const t = await testApp({
  look_up_txt: async (name) => (fails ? Promise.reject(new Error('ESERVFAIL')) : lookUp(name)),
})
const { sql } = t.database
const [ada, eve] = [await t.another('Ada'), await t.another('Eve')]
type One = typeof ada

beforeEach(async () => {
  await sql`delete from channel_accounts`
  await sql`delete from reply_domains`
  zone.clear()
  fails = false
})

const smtp = (reply_domain?: string) => ({
  provider: 'smtp',
  settings: { from: 'hello@example.com', ...(reply_domain !== undefined && { reply_domain }) },
  secrets: { url: 'smtp://127.0.0.1:2525' },
})
const claim = (who: One, domain?: string) => who.call('POST /extensions/channels', smtp(domain))
const claimed = async (who: One, domain?: string) => {
  const { status, body, text } = await claim(who, domain)
  assert.equal(status, 200, text)
  return body.id as string
}
const account = async (who: One) => (await who.call('GET /extensions/channels')).body.data[0]
const ownerOf = (domain: string) => workspaceOfAddress(sql, SECRET, `support@${domain}`)
const verify = (who: One, id: string, body: object = {}) => who.call(`POST /extensions/channels/${id}/verify`, body)
const setRecord = async (who: One, id: string, domain: string) => {
  const { record } = (await verify(who, id, { reply_domain: domain })).body
  zone.set(record.name, [...(zone.get(record.name) ?? []), record.value])
}
const age = (days: number) => sql`update reply_domains set unused_since = unused_since - make_interval(days => ${days})`

const THEIRS = /^settings\.reply_domain: .* belongs to another workspace/

describe('a second claim is a 409 that names the field, however the domain is written', () => {
  const spellings: [had: string, wanted: string][] = [
    ['in.ada.example', 'in.ada.example'],
    ['in.ada.example', 'IN.Ada.EXAMPLE'],
    ['in.ada.example', 'in.ada.example.'],
    ['in.ada.example.', 'in.ada.example'],
    ['in.ada.example', 'ｉｎ.ada.example'],
    ['in.ada.example', 'in。ada。example'],
    ['in.ada.example', 'in.a\u00adda.example'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['XN--BCHER-KVA.example', 'bücher.example'],
    ['bücher.example', 'BU\u0308CHER.example'],
    ['straße.example', 'xn--strae-oqa.example'],
    ['in.ada.example', 'ada.example'],
    ['ada.example', 'in.ada.example'],
    ['ada.example', 'a.very.deep.ADA.example.'],
    ['ada.example', 'in.ada.example.'],
  ]
  for (const [had, wanted] of spellings) {
    test(`${had}, then ${JSON.stringify(wanted)}`, async () => {
      await claimed(ada, had)
      const { status, body } = await claim(eve, wanted)
      assert.equal(status, 409)
      assert.match(body.errors[0].message, THEIRS)
      assert.equal(await account(eve), undefined)
      assert.equal(await ownerOf(had), ada.workspace.id)
    })
  }

  test('and so is a change of an account', async () => {
    await claimed(ada, 'in.ada.example')
    const id = await claimed(eve, 'in.eve.example')
    const { status, body } = await eve.call(`PUT /extensions/channels/${id}`, {
      settings: { reply_domain: 'IN.ada.example' },
    })
    assert.equal(status, 409)
    assert.match(body.errors[0].message, THEIRS)
    assert.equal((await account(eve)).settings.reply_domain, 'in.eve.example')
    assert.equal(await ownerOf('in.eve.example'), eve.workspace.id)
  })

  test('ten claims at once leave one winner', async () => {
    const others = await Promise.all(Array.from({ length: 10 }, () => t.another()))
    const answers = await Promise.all(
      others.map((who, n) => claim(who, ['in.race.example', 'IN.RACE.example.', 'x.in.race.example'][n % 3])),
    )
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(9).fill(409)])
  })

  test('claims at once that cross each other leave one winner, and no server error', async () => {
    const [a, b] = [await claimed(ada, 'a.example'), await claimed(eve, 'b.example')]
    for (let n = 0; n < 10; n++) {
      const domain = `in.cross-${n}.example`
      const put = (who: One, id: string) =>
        who.call(`PUT /extensions/channels/${id}`, { settings: { reply_domain: domain } })
      const answers = await Promise.all([put(ada, a), put(eve, b)])
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409])
    }
  })
})

test('what is not a domain is refused', async () => {
  const wrong = [
    '',
    'localhost',
    '127.0.0.1',
    '0x7f.1',
    '1.2',
    '[::1]',
    'a b.example',
    'a@b.example',
    'http://a.example',
  ]
  for (const domain of [...wrong, 'in..example', '.example', 'in.ada.123', `${'a'.repeat(64)}.example`])
    assert.equal((await claim(ada, domain)).status, 400, domain)
  assert.equal((await listReplyDomains(sql)).length, 0)
})

test('domains beside each other, and one that only looks like a part of another, do not conflict', async () => {
  await claimed(ada, 'in.ada.example')
  for (const domain of ['out.ada.example', 'xin.ada.example', 'in.ada.example.org', 'min.ada.example']) {
    const { status, body } = await claim(eve, domain)
    assert.equal(status, 200, domain)
    await eve.call(`DELETE /extensions/channels/${body.id}`)
  }
  assert.deepEqual(domainsAbove('a.b.c.example'), ['b.c.example', 'c.example'])
  assert.deepEqual(domainsAbove('a.example'), [])
})

test('the answer shows the state of the domain, and the record that proves it', async () => {
  await claimed(ada, 'In.Ada.example')
  const { settings, reply_domain } = await account(ada)
  assert.equal(settings.reply_domain, 'In.Ada.example')
  const { domain, status, record } = reply_domain
  assert.deepEqual(
    [domain, status, record.type, record.name],
    ['in.ada.example', 'claimed', 'TXT', '_interphone.in.ada.example'],
  )
  assert.match(record.value, /^interphone-verification=[\da-f-]+$/)
})

describe('a domain without an account is not free', () => {
  const leaves: Record<string, (id: string) => Promise<unknown>> = {
    'its account is deleted': (id) => ada.call(`DELETE /extensions/channels/${id}`),
    'the setting is removed': (id) => ada.call(`PUT /extensions/channels/${id}`, { settings: { reply_domain: null } }),
    'it is replaced by another': (id) =>
      ada.call(`PUT /extensions/channels/${id}`, { settings: { reply_domain: 'other.ada-2.example' } }),
    'the sandbox is reset': async (id) => {
      await ada.call('POST /extensions/sandbox/reset')
      await ada.call(`DELETE /extensions/channels/${id}`)
    },
    'its sandbox’s clock is ahead': async (id) => {
      await ada.call(`DELETE /extensions/channels/${id}`)
      await eve.call('POST /extensions/sandbox/clock', { advance: 100 * 24 * 60 * 60 })
    },
  }
  for (const [when, leave] of Object.entries(leaves)) {
    test(`${when}: it stays reserved for its workspace, which can take it again`, async () => {
      await leave(await claimed(ada, 'in.ada.example'))
      assert.equal(await ownerOf('in.ada.example'), undefined)
      assert.equal((await claim(eve, 'in.ada.example')).status, 409)
      await age(29)
      assert.equal((await claim(eve, 'x.in.ada.example')).status, 409)
      const current = await account(ada)
      if (current) await ada.call(`DELETE /extensions/channels/${current.id}`)
      await claimed(ada, 'IN.ada.example')
      assert.equal(await ownerOf('in.ada.example'), ada.workspace.id)
    })
  }

  test('after thirty days it is free, and so is that of a workspace that is deleted', async () => {
    await ada.call(`DELETE /extensions/channels/${await claimed(ada, 'in.ada.example')}`)
    await age(31)
    await claimed(eve, 'in.ada.example')
    const gone = await t.another()
    await claimed(gone, 'in.gone.example')
    await t.call(`DELETE /extensions/workspaces/${gone.workspace.id}`)
    await claimed(ada, 'in.gone.example')
  })

  test('a workspace that tries one domain after another keeps the last ones only', async () => {
    const id = await claimed(ada, 'first.example')
    for (let n = 0; n < 25; n++)
      await ada.call(`PUT /extensions/channels/${id}`, { settings: { reply_domain: `in-${n}.example` } })
    assert.equal((await listReplyDomains(sql)).length, 21)
  })
})

describe('a DNS record proves a claim', () => {
  test('without the record, or with that of another workspace, nothing is proven', async () => {
    const [a, e] = [await claimed(ada, 'in.ada.example'), await claimed(eve)]
    const wrongs: [why: string, texts: string[]][] = [
      ['none', []],
      ['another text', ['v=spf1 -all']],
      ['the prefix alone', ['interphone-verification=']],
      ['the record of the other workspace', [(await account(ada)).reply_domain.record.value]],
      ['the record of another domain', [(await verify(eve, e, { reply_domain: 'in.eve.example' })).body.record.value]],
    ]
    for (const [why, texts] of wrongs) {
      zone.set('_interphone.in.ada.example', texts)
      const { status, body } = await verify(eve, e, { reply_domain: 'in.ada.example' })
      assert.deepEqual([status, body.status], [200, 'pending'], why)
      assert.match(body.reason, /^There is no TXT record _interphone\.in\.ada\.example/)
      assert.equal(await ownerOf('in.ada.example'), ada.workspace.id)
    }
    fails = true
    assert.equal((await verify(ada, a)).body.reason, 'The DNS cannot be asked now, try again')
  })

  test('a wrong domain, an account without one, and another channel are refused', async () => {
    const id = await claimed(ada)
    for (const [body, message] of [
      [{}, /^reply_domain is required/],
      [{ reply_domain: 'localhost' }, /^reply_domain must be a domain/],
      [{ reply_domain: '' }, /^reply_domain must be a domain/],
    ] as const) {
      const answer = await verify(ada, id, body)
      assert.equal(answer.status, 400)
      assert.match(answer.body.errors[0].message, message)
    }
    assert.equal((await verify(eve, id)).status, 404)
    assert.equal((await verify(ada, '999999')).status, 404)
  })

  test('a proven claim beats an unproven one, and the loser is told', async () => {
    const [a, e] = [await claimed(ada), await claimed(eve, 'in.ada.example')]
    await setRecord(ada, a, 'IN.ada.example')
    assert.equal((await verify(ada, a, { reply_domain: 'in.ada.example.' })).body.status, 'proven')
    assert.equal(await ownerOf('in.ada.example'), ada.workspace.id)
    const won = await account(ada)
    assert.deepEqual([won.settings.reply_domain, won.reply_domain.status], ['in.ada.example', 'proven'])
    const lost = await account(eve)
    assert.equal(lost.settings.reply_domain, undefined)
    assert.deepEqual([lost.reply_domain.domain, lost.reply_domain.status], ['in.ada.example', 'lost'])
    assert.match(lost.reply_domain.reason, /^Another workspace proved by a DNS record/)
    await eve.call(`PUT /extensions/channels/${e}`, { settings: { reply_domain: 'in.eve.example' } })
    assert.equal((await account(eve)).reply_domain.status, 'claimed')
  })

  test('a sub-domain of another workspace’s domain can be proven', async () => {
    await claimed(ada, 'ada.example')
    const e = await claimed(eve)
    await setRecord(eve, e, 'in.ada.example')
    assert.equal((await verify(eve, e, { reply_domain: 'in.ada.example' })).body.status, 'proven')
    assert.deepEqual(
      [await ownerOf('in.ada.example'), await ownerOf('ada.example')],
      [eve.workspace.id, ada.workspace.id],
    )
  })

  test('of two proofs the first one counts, as long as its record is there', async () => {
    const [a, e] = [await claimed(ada, 'in.ada.example'), await claimed(eve)]
    await setRecord(ada, a, 'in.ada.example')
    assert.equal((await verify(ada, a)).body.status, 'proven')
    await setRecord(eve, e, 'in.ada.example')
    assert.equal((await verify(eve, e, { reply_domain: 'in.ada.example' })).status, 409)
    assert.equal(await ownerOf('in.ada.example'), ada.workspace.id)
    zone.set('_interphone.in.ada.example', zone.get('_interphone.in.ada.example')!.slice(1))
    assert.equal((await verify(eve, e, { reply_domain: 'in.ada.example' })).body.status, 'proven')
    assert.equal((await account(ada)).reply_domain.status, 'lost')
  })

  test('two proofs at once leave one winner', async () => {
    const [a, e] = [await claimed(ada), await claimed(eve)]
    for (const [who, id] of [
      [ada, a],
      [eve, e],
    ] as const)
      await setRecord(who, id, 'in.both.example')
    const answers = await Promise.all([
      verify(ada, a, { reply_domain: 'in.both.example' }),
      verify(eve, e, { reply_domain: 'in.both.example' }),
    ])
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409])
  })
})

describe('the operator decides', () => {
  test('an assigned domain cannot be claimed or proven by another workspace, also without an account', async () => {
    const e = await claimed(eve, 'in.ada.example')
    assert.deepEqual(await assignReplyDomain(sql, ada.workspace.id, 'IN.ada.example'), [eve.workspace.id])
    assert.match((await account(eve)).reply_domain.reason, /^The operator of the server gave/)
    await age(1_000)
    assert.equal(
      (await eve.call(`PUT /extensions/channels/${e}`, { settings: { reply_domain: 'in.ada.example' } })).status,
      409,
    )
    await setRecord(eve, e, 'in.ada.example')
    assert.equal((await verify(eve, e, { reply_domain: 'in.ada.example' })).status, 409)
    const a = await claimed(ada, 'in.ada.example')
    assert.equal((await account(ada)).reply_domain.status, 'assigned')
    await assert.rejects(releaseReplyDomain(sql, 'in.ada.example'), /uses in\.ada\.example: change it first\.$/)
    await ada.call(`DELETE /extensions/channels/${a}`)
    await releaseReplyDomain(sql, 'in.ada.example')
    await assert.rejects(releaseReplyDomain(sql, 'in.ada.example'), /^Error: No workspace has in\.ada\.example\.$/)
    await assert.rejects(assignReplyDomain(sql, ada.workspace.id, 'localhost'), /is not a domain/)
    assert.equal(
      (await eve.call(`PUT /extensions/channels/${e}`, { settings: { reply_domain: 'in.ada.example' } })).status,
      200,
    )
  })

  const environment = (reply_domain?: string) => ({
    accounts: [
      {
        ...{ channel: 'email' as const, provider: 'smtp' as const, secrets: { url: 'smtp://127.0.0.1:2525' } },
        settings: { from: 'env@example.com', ...(reply_domain && { reply_domain }) },
      },
    ],
    ...{ secret: SECRET, is_secret_set: true },
  })
  const start = (reply_domain?: string) => saveEnvironmentAccounts(sql, t.workspace.id, environment(reply_domain))

  test('the environment’s domain cannot be claimed, proven or assigned, and stays reserved when it is unset', async () => {
    assert.deepEqual(await start('in.env.example'), [])
    for (const domain of ['in.env.example', 'IN.ENV.example.', 'x.in.env.example', 'env.example'])
      assert.equal((await claim(eve, domain)).status, 409, domain)
    const e = await claimed(eve)
    await setRecord(eve, e, 'in.env.example')
    assert.equal((await verify(eve, e, { reply_domain: 'in.env.example' })).status, 409)
    await assert.rejects(
      assignReplyDomain(sql, eve.workspace.id, 'in.env.example'),
      /is EMAIL_REPLY_DOMAIN of the running server/,
    )
    assert.equal(await ownerOf('in.env.example'), t.workspace.id)
    await start()
    assert.equal(
      (await eve.call(`PUT /extensions/channels/${e}`, { settings: { reply_domain: 'in.env.example' } })).status,
      409,
    )
  })

  test('a claim before the start loses to the environment, and both are told; a proven or assigned one stops the start', async () => {
    const e = await claimed(eve, 'in.env.example')
    assert.deepEqual(await start('in.env.example'), [eve.workspace.id])
    assert.deepEqual(await start('in.env.example'), [])
    assert.equal(await ownerOf('in.env.example'), t.workspace.id)
    assert.match((await account(eve)).reply_domain.reason, /^The operator of the server uses the domain/)
    await setRecord(eve, e, 'in.eve.example')
    await verify(eve, e, { reply_domain: 'in.eve.example' })
    await assert.rejects(
      start('in.eve.example'),
      /proved to be its own: set another domain, or run `interphone domain assign/,
    )
    await assignReplyDomain(sql, ada.workspace.id, 'in.ada.example')
    await assert.rejects(start('in.ada.example'), /was assigned: set another domain/)
    assert.equal(await ownerOf('in.env.example'), t.workspace.id)
  })
})
