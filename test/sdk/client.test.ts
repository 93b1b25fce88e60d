// The official SDK itself: its token's admin, its errors, its retries, and its version.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IntercomError } from 'intercom-client'
import { aContact } from '../factories.ts'
import { isRelease7, SDKS } from './clients.ts'
import { listeningServer } from './server.ts'

const limited = await listeningServer({ rate_limit_per_minute: 12 })

/** Two requests are allowed in ten seconds. The other tests run while the third one waits. */
async function tooMuch() {
  const [{ client: connect }] = SDKS
  const client = connect({ token: limited.created.token, baseUrl: limited.url })
  for (const name of ['one', 'two']) await client.tags.create({ name })
  const refused: unknown = await client.tags.list({ maxRetries: 0 }).catch((error) => error)
  const { data } = await client.tags.list()
  return { refused, answered_at: Date.now(), names: data?.map(({ name }) => name) }
}
const tooMuchAtOnce = tooMuch()

const server = await listeningServer()
const baseUrl = server.url
const { token, admin_id, id: workspace_id } = server.created

for (const { release, client: connect, errors } of SDKS) {
  const client = connect({ token, baseUrl })

  test(`SDK ${release}: the token's admin is identified, with the workspace`, async () => {
    const me = await client.admins.identify()
    assert.equal(me?.id, admin_id)
    assert.equal(me?.app?.id_code, workspace_id)
    const { admins = [] } = await client.admins.list()
    assert.deepEqual(
      admins.map((admin) => admin?.id),
      [admin_id],
    )
  })

  test(`SDK ${release}: an admin is found, set away, and set back`, async () => {
    const away = { away_mode_enabled: true, away_mode_reassign: false }
    const back = { away_mode_enabled: false, away_mode_reassign: false }
    // An admin's id is a number in release 7 and a text in release 6.
    const ask = isRelease7(client)
      ? {
          find: () => client.admins.find({ admin_id: Number(admin_id) }),
          away: (mode: typeof away) => client.admins.away({ admin_id: Number(admin_id), ...mode }),
        }
      : {
          find: () => client.admins.find({ admin_id }),
          away: (mode: typeof away) => client.admins.away({ admin_id, ...mode }),
        }
    assert.equal((await ask.find())?.email, 'ada@example.com')
    assert.equal((await ask.away(away))?.away_mode_enabled, true)
    assert.equal((await ask.find())?.away_mode_enabled, true)
    assert.equal((await ask.away(back))?.away_mode_enabled, false)
  })

  test(`SDK ${release}: an error is thrown as the class of its status, with the whole body`, async () => {
    const stranger = connect({ token: 'nobody', baseUrl })
    const user = await aContact(server.workspace, { email: `error${release}@example.com` })
    const email = { message_type: 'email', subject: 'x', body: 'x', template: 'plain' } as const
    const people = { from: { type: 'admin', id: Number(admin_id) }, to: { type: 'user', id: user } } as const
    const bodyOf = (code: string, message: string) => (error: unknown) => {
      assert.ok(error instanceof errors.IntercomError)
      assert.partialDeepStrictEqual(error.body, { type: 'error.list', errors: [{ code, message }] })
      return true
    }
    const refusals = [
      [() => stranger.tags.list(), errors.UnauthorizedError, 'unauthorized', 'Access Token Invalid'],
      [() => client.tags.find({ tag_id: '1' }), errors.NotFoundError, 'not_found', 'Resource Not Found'],
      [
        () => client.messages.create({ ...email, ...people, body: ' ' }),
        errors.BadRequestError,
        'parameter_invalid',
        'Body is required',
      ],
      [
        () => client.messages.create({ ...email, ...people, subject: '' }),
        errors.UnprocessableEntityError,
        'parameter_not_found',
        'No subject supplied for email message',
      ],
      [
        () => client.contacts.create({ email: `error${release}@example.com` }),
        errors.IntercomError,
        'conflict',
        `A contact matching those details already exists with id=${user}`,
      ],
    ] as const
    for (const [refused, Class, code, message] of refusals) {
      await assert.rejects(refused, Class)
      await assert.rejects(refused, bodyOf(code, message))
    }
  })

  test(`SDK ${release}: every version that its types name works`, async () => {
    for (const version of ['1.0', '1.4', '2.0', '2.11', 'Unstable'] as const) {
      const { rawResponse } = await client.tags.list({ version }).withRawResponse()
      assert.equal(rawResponse.headers.get('intercom-version'), version === 'Unstable' ? 'Preview' : version)
    }
    const { rawResponse } = await client.tags.list().withRawResponse()
    assert.equal(rawResponse.headers.get('intercom-version'), release === 7 ? '2.14' : '2.11')
    assert.ok(rawResponse.headers.get('x-request-id'))
  })
}

test('SDK 7: a request above the limit is repeated after Retry-After', async () => {
  const { refused, answered_at, names } = await tooMuchAtOnce
  assert.ok(refused instanceof IntercomError)
  assert.equal(refused.statusCode, 429)
  assert.partialDeepStrictEqual(refused.body, { errors: [{ code: 'rate_limit_exceeded' }] })
  const retry_after_ms = Number(refused.rawResponse?.headers.get('retry-after')) * 1000
  assert.ok(retry_after_ms > 0 && retry_after_ms <= 10_000, `${retry_after_ms}`)
  const reset = Number(refused.rawResponse?.headers.get('x-ratelimit-reset')) * 1000
  assert.ok(answered_at > reset - 1_000 && answered_at < reset + 20_000, `${answered_at - reset}`)
  assert.deepEqual(names, ['one', 'two'])
})
