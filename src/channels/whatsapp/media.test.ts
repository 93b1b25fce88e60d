// Fetching the media of contacts from Meta, in two calls.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { metaPeer } from '../../../test/meta.ts'
import { fetchMedia, type Media, MediaUnavailable } from './media.ts'

const peer = await metaPeer()
after(() => peer.close())
const account = {
  phone_number_id: peer.phone_number_id,
  base_url: peer.url,
  access_token: peer.secrets.access_token,
}
const bytes = Buffer.from('\x89PNG and so on', 'latin1')
peer.media.set('1001', { content_type: 'image/png', bytes })

const read = async ({ content_type, bytes }: Media) => ({ content_type, bytes: Buffer.concat(await toArray(bytes)) })
const toArray = Array.fromAsync<Uint8Array>

const refused = (over: Partial<typeof account>, id: string, options = { max_bytes: 1_000_000 }) =>
  fetchMedia({ ...account, ...over }, id, options)
    .then(read)
    .then(
      () => assert.fail('It was fetched'),
      (error: Error) => {
        assert.ok(error instanceof MediaUnavailable, String(error))
        return [error.is_transient, error.message] as const
      },
    )

const UNSUPPORTED = 'Meta answered 400 to a request for media: (#100) Unsupported get request'

test('missing media are a permanent error', async () => {
  assert.deepEqual(await refused({}, '404'), [false, UNSUPPORTED])
  assert.deepEqual(await refused({}, '../messages'), [false, UNSUPPORTED])
  peer.media.set('gone', { content_type: 'image/png', bytes, status: 404 })
  assert.equal((await refused({}, 'gone'))[0], false)
})

test('errors of Meta, the network or the token are temporary', async () => {
  peer.media.set('busy', { content_type: 'image/png', bytes, status: 503 })
  assert.deepEqual(await refused({}, 'busy'), [true, 'Meta answered 503 to a request for media'])
  assert.equal((await refused({ base_url: 'http://127.0.0.1:9/v23.0' }, '1001'))[0], true)
  assert.deepEqual(await refused({ access_token: 'EAAwrong' }, '1001'), [
    true,
    'Meta answered 401 to a request for media: (#190) Invalid OAuth access token',
  ])
})

test('media that are too large are refused, by the size that Meta reports or by the received bytes', async () => {
  peer.media.set('large', { content_type: 'video/mp4', bytes, file_size: '99999999' })
  assert.deepEqual(await refused({}, 'large', { max_bytes: 1000 }), [false, 'The media are larger than 1000 bytes'])
  peer.media.set('liar', { content_type: 'video/mp4', bytes: Buffer.alloc(200_000), file_size: 1 })
  assert.deepEqual(await refused({}, 'liar', { max_bytes: 1000 }), [false, 'The media are larger than 1000 bytes'])
})

test('the token is sent only over HTTP, and unencrypted only if base_url is unencrypted', async () => {
  for (const url of ['file:///etc/passwd', 'ftp://127.0.0.1/x', 'nowhere']) {
    peer.media.set('elsewhere', { content_type: 'image/png', bytes, url })
    assert.deepEqual(await refused({}, 'elsewhere'), [
      false,
      'The URL of the media is not one that the token can be sent to',
    ])
  }
})

test('the bytes are returned with their content type', async () => {
  const media = await fetchMedia(account, '1001', { max_bytes: 1_000_000 })
  assert.deepEqual(await read(media), { content_type: 'image/png', bytes })
})

test('each fetch asks for a new URL, because a URL is valid only for five minutes', async () => {
  const urls = new Set<string>()
  for (let n = 0; n < 2; n++) {
    await fetchMedia(account, '1001', { max_bytes: 1_000_000 }).then(read)
    urls.add(peer.media_urls.at(-1) as string)
  }
  assert.equal(urls.size, 2)
  peer.media_url_ms = -1
  assert.deepEqual(await refused({}, '1001'), [false, 'Meta answered 404 to a request for media'])
  peer.media_url_ms = 300_000
})
