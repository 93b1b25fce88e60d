// HTML that is converted in a worker thread: the same results as for short texts, and what is refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Fastify from 'fastify'
import { errorHandler } from '#http/errors.ts'
import { toHtml, toPlainText } from '#lib/html.ts'
import { htmlAndTextOf, htmlOf, plainTextOf, plainTextsOf } from './html.ts'
import { TaskRefused, THREADS } from './pool.ts'

const LONG = `<p>Hello <b>Anna</b><script>steal()</script> <a href="https://example.com/a">here</a></p>\n`.repeat(500)

test('bodies beyond the number that may wait are refused at once, and the others are converted', async () => {
  const results = await Promise.allSettled(Array.from({ length: THREADS + 120 }, () => htmlOf(LONG)))
  const refused = results.filter((result) => result.status === 'rejected')
  assert.equal(refused.length, 20)
  assert.ok(refused.every(({ reason }) => reason.code === 'THREADS_BUSY'))
  assert.ok(results.every((result) => result.status === 'rejected' || result.value === toHtml(LONG)))
})

test('a request that finds no thread is a 503 that may be sent again', async () => {
  const app = Fastify()
  app.setErrorHandler(errorHandler)
  app.get('/', () => {
    throw new TaskRefused('THREADS_BUSY')
  })
  const { statusCode, headers, body } = await app.inject('/')
  assert.deepEqual([statusCode, headers['retry-after']], [503, '1'])
  assert.match(body, /Too many long texts are being converted, try again/)
})

test('long HTML becomes the same as in short pieces', async () => {
  const { html, text } = await htmlAndTextOf(LONG)
  assert.equal(html, toHtml(LONG))
  assert.equal(text, toPlainText(html, { links: 'label (url)' }))
  assert.ok(!html.includes('script'))
  assert.equal(await plainTextOf(html, { links: 'label' }), toPlainText(html, { links: 'label' }))
  assert.deepEqual(await plainTextsOf([html, '<p>Short</p>', ''], { links: 'label' }), [
    toPlainText(html, { links: 'label' }),
    'Short',
    '',
  ])
})

test('a short text needs no thread', async () => {
  assert.equal(await htmlOf('Hello <name>'), '<p>Hello &lt;name&gt;</p>')
  assert.deepEqual(await htmlAndTextOf('<p>Hello</p>'), { html: '<p>Hello</p>', text: 'Hello' })
})
