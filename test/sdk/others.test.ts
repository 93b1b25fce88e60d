// What the other official SDKs, and scripts without one, send.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aContact } from '../factories.ts'
import { listeningServer } from './server.ts'

const server = await listeningServer()
const { token, admin_id } = server.created
const bearer = `Bearer ${token}`
const json = 'application/json'

/** A request with exactly these headers, and those that the platform adds to every request. */
async function exchange(method: string, path: string, headers: Record<string, string>, body?: unknown) {
  const payload = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(server.url + path, { method, headers, ...(payload !== undefined && { body: payload }) })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: text && JSON.parse(text) }
}

test('Ruby: the vendor media type is accepted, and pages follow pages.next.starting_after', async () => {
  const { created, workspace } = await server.another()
  for (let number = 0; number < 5; number++) await aContact(workspace)
  const headers = {
    authorization: `Bearer ${created.token}`,
    accept: 'application/vnd.intercom.3+json',
    'accept-encoding': 'gzip, deflate',
    'user-agent': 'Intercom-Ruby/4.2.1',
  }
  const seen: string[] = []
  let path: string | undefined = '/contacts?per_page=2'
  while (path) {
    const { body, headers: answered } = await exchange('GET', path, headers)
    assert.equal(body.type, 'list')
    assert.match(String(answered.get('x-ratelimit-reset')), /^\d{10}$/)
    seen.push(...body.data.map(({ id }: { id: string }) => id))
    path =
      body.pages.next && `/contacts?per_page=2&starting_after=${encodeURIComponent(body.pages.next.starting_after)}`
  }
  assert.equal(new Set(seen).size, 5)
})

test('Ruby: an error has its code in an error.list, and a deleted tag has an empty answer', async () => {
  const headers = { authorization: bearer, accept: 'application/vnd.intercom.3+json', 'content-type': json }
  const { status, body } = await exchange('POST', '/contacts', headers, {})
  assert.equal(status, 400)
  assert.equal(body.type, 'error.list')
  assert.equal(body.errors[0].code, 'parameter_not_found')
  const { body: tag } = await exchange('POST', '/tags', headers, { name: 'Ruby' })
  const deleted = await exchange('DELETE', `/tags/${tag.id}`, headers)
  assert.deepEqual([deleted.status, deleted.text], [200, ''])
})

test('Ruby: a POST or DELETE with a JSON Content-Type and no body is not an error', async () => {
  const headers = { authorization: bearer, accept: 'application/vnd.intercom.3+json', 'content-type': json }
  const id = await aContact(server.workspace)
  assert.equal((await exchange('POST', `/contacts/${id}/archive`, headers, '')).status, 200)
  assert.equal((await exchange('DELETE', `/contacts/${id}`, headers, '')).status, 200)
})

test('PHP: a DELETE carries a JSON body', async () => {
  const headers = { authorization: bearer, accept: json, 'content-type': json }
  const id = await aContact(server.workspace)
  const { body: tag } = await exchange('POST', '/tags', headers, { name: 'PHP' })
  const begin = { from: { type: 'user', id }, body: 'Hello' }
  const { conversation_id } = (await exchange('POST', '/conversations', headers, begin)).body
  const path = `/conversations/${conversation_id}/tags`
  assert.equal((await exchange('POST', path, headers, { id: tag.id, admin_id })).status, 200)
  assert.equal((await exchange('DELETE', `${path}/${tag.id}`, headers, { admin_id })).status, 200)
  assert.equal((await exchange('DELETE', `/tags/${tag.id}`, headers, {})).status, 200)
})

test('PHP: a cursor is in the query of the next request', async () => {
  for (const email of ['one@example.com', 'two@example.com']) await aContact(server.workspace, { email })
  const { body } = await exchange('GET', '/contacts?per_page=1', { authorization: bearer, accept: json })
  const cursor = encodeURIComponent(body.pages.next.starting_after)
  const next = await exchange('GET', `/contacts?per_page=1&starting_after=${cursor}`, { authorization: bearer })
  assert.notEqual(next.body.data[0].id, body.data[0].id)
})

test('Go and .NET: the token is the user name of Basic authentication', async () => {
  for (const pair of [`${token}:`, token, `:${token}`]) {
    const authorization = `Basic ${Buffer.from(pair).toString('base64')}`
    const { status, body } = await exchange('GET', '/me', { authorization, accept: json })
    assert.equal(status, 200)
    assert.equal(body.id, admin_id)
  }
})

test('Go: ids are sent as numbers', async () => {
  const headers = { authorization: bearer, 'content-type': json }
  const { body: tag } = await exchange('POST', '/tags', headers, { name: 'Go' })
  const contact = await aContact(server.workspace)
  const tagged = await exchange('POST', `/contacts/${contact}/tags`, headers, { id: Number(tag.id) })
  assert.equal(tagged.body.id, tag.id)
  const message = { from: { type: 'admin', id: Number(admin_id) }, to: { type: 'user', id: contact }, body: 'Hi' }
  assert.equal((await exchange('POST', '/messages', headers, { ...message, message_type: 'inapp' })).status, 200)
})

test("Python: without a version header the workspace's version applies", async () => {
  const { headers } = await exchange('GET', '/tags', { authorization: bearer, accept: json })
  assert.equal(headers.get('intercom-version'), 'Preview')
})

test('an answer is JSON with any Accept header, and without one', async () => {
  const accepts = ['*/*', 'text/html', 'application/xml;q=0.9', 'nonsense', json]
  for (const accept of accepts) {
    const { status, headers } = await exchange('GET', '/tags', { authorization: bearer, accept })
    assert.equal(status, 200)
    assert.match(String(headers.get('content-type')), /^application\/json/)
  }
  const bare = await server.app.inject({ url: '/tags', headers: { authorization: bearer } })
  assert.equal(bare.statusCode, 200)
})

test('curl -d: a form body is read like a JSON one', async () => {
  const headers = { authorization: bearer, 'content-type': 'application/x-www-form-urlencoded' }
  const { status, body } = await exchange('POST', '/tags', headers, 'name=From+a+form')
  assert.equal(status, 200)
  assert.equal(body.name, 'From a form')
})
