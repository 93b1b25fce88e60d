// The handshake when a webhook is set up at Meta.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { accountOf } from '../../../test/whatsapp.ts'

const t = await testApp()

const account = (phone_number_id: string, verify_token: string) => ({
  ...accountOf({ url: 'http://127.0.0.1:9/v23.0', phone_number_id } as never),
  secrets: { access_token: 'EAAx', app_secret: 'app', verify_token },
})
const ask = (asked: Record<string, string>) => t.app.inject({ url: '/webhooks/whatsapp', query: asked })
const hub = (token: string, more = {}) => ({
  ...{ 'hub.mode': 'subscribe', 'hub.verify_token': token, 'hub.challenge': '1158201444' },
  ...more,
})

test('without a WhatsApp account no token is known', async () => {
  const answer = await ask(hub('anything'))
  assert.deepEqual([answer.statusCode, answer.json().type], [403, 'error.list'])
})

test('a missing or wrong parameter is a 403, and the challenge is not returned', async () => {
  await t.call('POST /extensions/channels', account('1234567', 'open-sesame'))
  for (const asked of [
    {},
    { 'hub.challenge': '1158201444' },
    hub(''),
    hub('open-sesam'),
    hub('open-sesame '),
    hub('open-sesame', { 'hub.mode': 'unsubscribe' }),
    hub('open-sesame', { 'hub.challenge': '' }),
    hub('x'.repeat(1000)),
  ] as Record<string, string>[]) {
    const { statusCode, body } = await ask(asked)
    assert.equal(statusCode, 403, JSON.stringify(asked))
    assert.doesNotMatch(body, /1158201444/)
  }
  assert.equal((await t.app.inject('/webhooks/whatsapp?hub.mode=subscribe&hub.mode=x')).statusCode, 400)
})

test('the challenge is returned unchanged for the verify token of any account of any workspace', async () => {
  const other = await t.another()
  await other.call('POST /extensions/channels', account('7654321', 'another-word'))
  await t.database.sql`update channel_accounts set secrets = '\\x00' where workspace_id = ${t.workspace.id}`
  const { statusCode, body, headers } = await ask(hub('another-word'))
  assert.deepEqual([statusCode, body], [200, '1158201444'])
  assert.equal(headers['content-type'], 'text/plain; charset=utf-8')
  const page = await ask(hub('another-word', { 'hub.challenge': '<script>alert(1)</script>' }))
  assert.equal(page.headers['x-content-type-options'], 'nosniff')
  assert.match(String(page.headers['content-type']), /^text\/plain/)
})
