// Media that contacts sent, fetched from Meta in its two steps.
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

const refused = (over: Partial<typeof account>, id: string, options = { most_bytes: 1_000_000 }) =>
  fetchMedia({ ...account, ...over }, id, options)
    .then(read)
    .then(
      () => assert.fail('It was fetched'),
      (error: Error) => {
        assert.ok(error instanceof MediaUnavailable, String(error))
        return [error.passing, error.message] as const
      },
    )

const UNSUPPORTED = 'Meta answered 400 to a request for media: (#100) Unsupported get request'

test('media that are not there, or not there any more, are not asked for again', async () => {
  assert.deepEqual(await refused({}, '404'), [false, UNSUPPORTED])
  assert.deepEqual(await refused({}, '../messages'), [false, UNSUPPORTED])
  peer.media.set('gone', { content_type: 'image/png', bytes, status: 404 })
  assert.equal((await refused({}, 'gone'))[0], false)
})

test('trouble at Meta, on the way or with the token may pass', async () => {
  peer.media.set('busy', { content_type: 'image/png', bytes, status: 503 })
  assert.deepEqual(await refused({}, 'busy'), [true, 'Meta answered 503 to a request for media'])
  assert.equal((await refused({ base_url: 'http://127.0.0.1:9/v23.0' }, '1001'))[0], true)
  assert.deepEqual(await refused({ access_token: 'EAAwrong' }, '1001'), [
    true,
    'Meta answered 401 to a request for media: (#190) Invalid OAuth access token',
  ])
})

test('what is too large is refused by what Meta says of it, and where that is untrue by what comes', async () => {
  peer.media.set('large', { content_type: 'video/mp4', bytes, file_size: '99999999' })
  assert.deepEqual(await refused({}, 'large', { most_bytes: 1000 }), [false, 'The media are larger than 1000 bytes'])
  peer.media.set('liar', { content_type: 'video/mp4', bytes: Buffer.alloc(200_000), file_size: 1 })
  assert.deepEqual(await refused({}, 'liar', { most_bytes: 1000 }), [false, 'The media are larger than 1000 bytes'])
})

test('the token goes to no address but one of HTTP, and nowhere in clear unless Meta itself is reached so', async () => {
  for (const url of ['file:///etc/passwd', 'ftp://127.0.0.1/x', 'nowhere']) {
    peer.media.set('elsewhere', { content_type: 'image/png', bytes, url })
    assert.deepEqual(await refused({}, 'elsewhere'), [
      false,
      'The media are at no address that a token could be sent to',
    ])
  }
})

test('the bytes come with their type', async () => {
  const media = await fetchMedia(account, '1001', { most_bytes: 1_000_000 })
  assert.deepEqual(await read(media), { content_type: 'image/png', bytes })
})

test('each time the bytes are asked for where they are now: an address is good for five minutes, and for one', async () => {
  const urls = new Set<string>()
  for (let n = 0; n < 2; n++) {
    await fetchMedia(account, '1001', { most_bytes: 1_000_000 }).then(read)
    urls.add(peer.media_urls.at(-1) as string)
  }
  assert.equal(urls.size, 2)
  peer.media_url_ms = -1
  assert.deepEqual(await refused({}, '1001'), [false, 'Meta answered 404 to a request for media'])
  peer.media_url_ms = 300_000
})
