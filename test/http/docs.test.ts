// The page at /docs: it loads nothing from other servers, and its samples are calls that the SDK really makes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Script } from 'node:vm'
import { gunzipSync } from 'node:zlib'
import { IntercomClient, IntercomError } from 'intercom-client'
import { testApp } from '../app.ts'

const server = await testApp()

/** The requests that the server received since this was emptied. */
const calls: { operation: string | undefined; status: number; body: unknown }[] = []
server.app.addHook('onSend', async ({ routeOptions }, reply, payload) => {
  calls.push({ operation: routeOptions.config.operation?.id, status: reply.statusCode, body: payload })
})
const environment = await server.app.listen({ port: 0, host: '127.0.0.1' })

test('the headers forbid the browser to load anything from other servers, and to guess types', async () => {
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

test('Scalar’s script is served from its package, compressed, and the start script runs', async () => {
  const scalar = await server.app.inject('/docs/scalar.js')
  assert.match(String(scalar.headers['content-type']), /^text\/javascript/)
  assert.equal(scalar.headers['content-encoding'], 'gzip')
  const source = gunzipSync(scalar.rawPayload).toString()
  assert.ok(source.length > 1_000_000 && source.includes('createApiReference'))
  const { payload } = await server.app.inject('/docs/start.js')
  assert.ok(new Script(`async () => {${payload}}`))
  assert.doesNotMatch(payload, /https?:/)
})

/** Returns the samples of the start script, by operationId. */
async function samples(): Promise<[id: string, text: string][]> {
  const { payload } = await server.app.inject('/docs/start.js')
  const [, calls = ''] = /^const calls = (.*)$/m.exec(payload) ?? []
  const texts = Object.entries<string>(JSON.parse(calls))
  assert.ok(texts.length >= 32)
  return texts
}

test('a sample is one call, without its indentation in the code', async () => {
  for (const [id, text] of await samples())
    assert.match(text, /^client(?:\.\w+){2,3}\((.*|\{\n {2}\S[\s\S]*\n\})\)$/, id)
})

test('each sample calls its operation, with a request that the server understands', async () => {
  const client = new IntercomClient({ token: server.created.token, environment, maxRetries: 0 })
  for (const [id, text] of await samples()) {
    calls.length = 0
    const call: Promise<unknown> = new Function('client', `return ${text}`)(client)
    // The ids in the samples do not exist here, so 404 is fine.
    await Promise.resolve(call).catch((error) => assert.ok(error instanceof IntercomError, String(error)))
    const [answered] = calls
    assert.equal(answered?.operation, id)
    assert.ok([200, 404].includes(answered.status), `${id}: ${answered.status} ${answered.body}`)
  }
})
