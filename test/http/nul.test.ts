// NUL characters in URLs and forms: every operation refuses them, and no answer repeats one.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SECRET, testApp } from '../app.ts'
import { aContact, aSession } from '../factories.ts'
import { allOperations } from '../operations.ts'

const t = await testApp()
const session = await aSession(t.workspace, SECRET, await aContact(t.workspace))

async function send(method: string, url: string, payload?: string, type = 'application/json', version?: string) {
  const token = url.startsWith('/extensions/messenger/') ? session : t.created.token
  const headers = {
    authorization: `Bearer ${token}`,
    ...(payload !== undefined && { 'content-type': type }),
    ...(version && { 'intercom-version': version }),
  }
  const answer = await t.app.inject({
    method: method as 'GET',
    url,
    headers,
    ...(payload !== undefined && { payload }),
  })
  assert.doesNotMatch(answer.body, /\0|\\u0000/, `${method} ${url}`)
  return answer
}

const refused = (message: string) => ({ code: 'parameter_invalid', message })

describe('a NUL in a query is refused', () => {
  const cases = [
    'segment_id=%00',
    'segment_id=a%00b',
    'tag_id=1&tag_id=%00',
    'per_page=%00',
    'starting_after=%00%00',
    'unknown=%00',
    'a[b]=%00',
    '%00=1',
    '%00',
    'a%20b=%00',
    '=%00',
    'x=%zz&page=%00',
  ]
  for (const query of cases) {
    test(query, async () => {
      for (const path of ['/contacts', '/companies']) {
        const answer = await send('GET', `${path}?${query}`)
        assert.equal(answer.statusCode, 400)
        assert.deepEqual(answer.json().errors, [refused('A value in the request contains a NUL character')])
        assert.equal(answer.json().type, 'error.list')
      }
    })
  }

  test('by every operation; one in a path is not repeated', async () => {
    for (const { id, method, url, options } of await allOperations()) {
      const json = ['application/json', options.until] as const
      const path = url.replace(/:\w+/g, '1')
      const answer = await send(method, `${path}?x=1&id=%00`, method === 'GET' ? undefined : '{}', ...json)
      assert.equal(answer.statusCode, 400, `${id}: ${answer.body}`)
      assert.match(answer.body, /A value in the request contains a NUL character/, id)
      if (!url.includes(':')) continue
      const in_path = await send(method, url.replace(/:\w+/g, 'a%00b'), method === 'GET' ? undefined : '{}', ...json)
      assert.ok(in_path.statusCode >= 400 && in_path.statusCode < 500, `${id}: ${in_path.body}`)
    }
  })

  test('only after the token, and not in a URL that does not exist', async () => {
    assert.equal((await t.call('GET /contacts?segment_id=%00', undefined, { token: null })).status, 401)
    assert.equal((await t.call('GET /nothing?x=%00')).status, 404)
  })

  test('an encoded percent sign is none', async () => {
    assert.equal((await send('GET', '/contacts?x=%2500')).statusCode, 200)
  })
})

test('a NUL in a form is refused, and not repeated', async () => {
  const form = 'application/x-www-form-urlencoded'
  for (const fields of [
    'name=%00',
    'name=a%00b',
    'name=x&%00=1',
    'name=x&other=%00',
    'message_type=%00',
    'query=%00',
  ]) {
    for (const path of ['/tags', '/contacts', '/messages', '/contacts/search', '/extensions/segments']) {
      const answer = await send('POST', path, fields, form)
      assert.equal(answer.statusCode, 400, `${path} ${fields}`)
      assert.deepEqual(
        answer.json().errors,
        [refused('The request body contains a NUL character')],
        `${path} ${fields}`,
      )
    }
  }
})
