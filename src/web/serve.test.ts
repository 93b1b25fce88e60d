// The page of the Console and its files, as a browser gets them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { testApp } from '../../test/app.ts'

const { app } = await testApp()
const get = (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
  app.inject({ method, url, headers: { accept: 'text/html', ...headers } })
const { body: page, headers: page_headers } = await get('/console')
const files = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path as string)

test('a file that was not built is a 404, and so is a path that leads out of the folder', async () => {
  for (const url of ['/assets/none.js', '/assets/..%2f..%2fpackage.json', '/assets/'])
    assert.equal((await get(url)).statusCode, 404, url)
})

test('a client of the API gets a 404 at the root, a browser is led to the Console', async () => {
  assert.equal((await get('/', { accept: 'application/json' })).statusCode, 404)
  const { statusCode, headers } = await get('/')
  assert.deepEqual([statusCode, headers.location], [302, '/console'])
})

test('the page allows scripts, styles and connections of this server alone, and no frame around it', () => {
  const policy = String(page_headers['content-security-policy'])
  assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/)
  for (const part of ["frame-ancestors 'none'", "base-uri 'none'", "require-trusted-types-for 'script'"])
    assert.ok(policy.includes(part), part)
  assert.doesNotMatch(policy, /unsafe/)
  assert.equal(page_headers['referrer-policy'], 'no-referrer')
  assert.equal(page_headers['x-content-type-options'], 'nosniff')
})

test('every address of the app has the page, and a browser that has it gets it no second time', async () => {
  for (const url of ['/console/messages/54?to=a', '/settings', '/sign-in']) assert.equal((await get(url)).body, page)
  const again = await get('/console', { 'if-none-match': String(page_headers.etag) })
  assert.deepEqual([again.statusCode, again.body], [304, ''])
  const head = await get('/console', {}, 'HEAD')
  assert.deepEqual([head.statusCode, head.body], [200, ''])
})

test('its files are there, for good, as the browser can read them', async () => {
  assert.ok(files.length >= 2, page)
  for (const url of files) {
    const plain = await get(url, { 'accept-encoding': 'identity' })
    assert.equal(plain.statusCode, 200, url)
    assert.match(String(plain.headers['cache-control']), /immutable/)
    assert.match(String(plain.headers['content-type']), url.endsWith('.css') ? /^text\/css/ : /^text\/javascript/)
    const br = await get(url, { 'accept-encoding': 'gzip, br' })
    assert.equal(br.headers['content-encoding'], 'br')
    assert.ok(brotliDecompressSync(br.rawPayload).equals(plain.rawPayload))
    const gz = await get(url, { 'accept-encoding': 'gzip' })
    assert.equal(gz.headers['content-encoding'], 'gzip')
    assert.ok(gunzipSync(gz.rawPayload).equals(plain.rawPayload))
  }
})
