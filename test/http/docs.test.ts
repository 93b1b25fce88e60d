// The page at /docs: nothing on it comes from another server, and its samples are calls that the SDK really makes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Script } from 'node:vm'
import { gunzipSync } from 'node:zlib'
import { IntercomClient, IntercomError } from 'intercom-client'
import { SDK_SAMPLES } from '#http/docs/sdk-samples.ts'
import { testApp } from '../app.ts'

const server = await testApp()

/** What the server was asked since this was emptied. */
const calls: { operation: string | undefined; status: number; body: unknown }[] = []
server.app.addHook('onSend', async ({ routeOptions }, reply, payload) => {
  calls.push({ operation: routeOptions.config.operation?.id, status: reply.statusCode, body: payload })
})
const environment = await server.app.listen({ port: 0, host: '127.0.0.1' })

test('a browser is told to load nothing from elsewhere, and to take no file for another type', async () => {
  for (const url of ['/docs', '/docs/start.js', '/docs/scalar.js']) {
    const { statusCode, headers } = await server.app.inject(url)
    assert.equal(statusCode, 200, url)
    assert.equal(headers['x-content-type-options'], 'nosniff')
    const policy = String(headers['content-security-policy']).split('; ')
    for (const directive of ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"])
      assert.ok(policy.includes(directive), `${url}: ${directive}`)
    assert.doesNotMatch(policy.join(), /https?:|\*|unsafe-eval/)
  }
})

test('Scalar’s script is served from its package, compressed, and the start script can be run', async () => {
  const scalar = await server.app.inject('/docs/scalar.js')
  assert.match(String(scalar.headers['content-type']), /^text\/javascript/)
  assert.equal(scalar.headers['content-encoding'], 'gzip')
  const source = gunzipSync(scalar.rawPayload).toString()
  assert.ok(source.length > 1_000_000 && source.includes('createApiReference'))
  const { payload } = await server.app.inject('/docs/start.js')
  assert.ok(new Script(`async () => {${payload}}`))
  assert.doesNotMatch(payload, /https?:/)
})

test('the start script has the call of every sample', async () => {
  const { payload } = await server.app.inject('/docs/start.js')
  const [, calls = ''] = /^const calls = (.*)$/m.exec(payload) ?? []
  const texts: Record<string, string> = JSON.parse(calls)
  assert.deepEqual(Object.keys(texts), Object.keys(SDK_SAMPLES))
  for (const text of Object.values(texts)) assert.match(text, /^client\.\w+\.\w+\([\s\S]*\)$/)
})

test('each sample calls the operation that it stands for, with a request that the server understands', async () => {
  const client = new IntercomClient({ token: server.created.token, environment, maxRetries: 0 })
  for (const [id, sample] of Object.entries(SDK_SAMPLES)) {
    calls.length = 0
    // The ids in the samples do not exist here, so 404 is fine.
    await Promise.resolve(sample(client)).catch((error) => assert.ok(error instanceof IntercomError, String(error)))
    const [call] = calls
    assert.equal(call?.operation, id)
    assert.ok([200, 404].includes(call.status), `${id}: ${call.status} ${call.body}`)
  }
})
