// Media from WhatsApp: stored as a reference with the message, fetched from Meta later, and shown as an attachment,
// despite errors of Meta, the account or the server.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { fetchFile } from '#resources/attachments/fetch.ts'
import { fetchAttachments } from '#resources/attachments/fetch-due.ts'
import { leaseFetches } from '#resources/attachments/queries.ts'
import { NEARBY, SECRET } from '../../../test/app.ts'
import { aContact, eventually } from '../../../test/factories.ts'
import { webhookBody, wrote } from '../../../test/meta.ts'
import { accountOf, whatsapp } from '../../../test/whatsapp.ts'

const MOST = 1_000_000
const w = await whatsapp({ largest: MOST })
const { t, peer, postWebhook } = w
const { call } = t
const { sql } = t.database
const NUMBER = '12025550123'
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)
const means = { sql, files: t.files, secret: SECRET, egress: NEARBY }

beforeEach(async () => {
  await call('POST /extensions/sandbox/reset')
})
afterEach(async () => {
  const { data } = (await call('GET /extensions/channels')).body
  for (const { id } of data) await call(`DELETE /extensions/channels/${id}`)
  assert.equal((await call('POST /extensions/channels', accountOf(peer))).status, 200)
})

let count = 5000
type Medium = {
  content_type: string
  bytes: Buffer
  status?: number
  file_size?: number
  retry_after?: string
  breaks?: boolean
}
/** A message with an image, or other media, that Meta has. */
async function sends(medium: Medium = { content_type: 'image/png', bytes: PNG }, more: object = {}, type = 'image') {
  const id = String(count++)
  peer.media.set(id, medium)
  const value = wrote(NUMBER, { type, [type]: { id, mime_type: medium.content_type, sha256: 'aGFzaA==', ...more } })
  assert.equal((await postWebhook(value)).status, 200)
  return { id, value }
}
/** The only conversation: its source and its parts. */
async function shown(one: Pick<typeof t, 'call'> = t) {
  const { conversations } = (await one.call('GET /conversations')).body
  assert.equal(conversations.length, 1)
  const { source, conversation_parts } = (await one.call(`GET /conversations/${conversations[0].id}`)).body
  return [source, ...conversation_parts.conversation_parts]
}
const at = async (url: string) => {
  const { statusCode, headers, rawPayload } = await t.app.inject(new URL(url, 'http://localhost').pathname)
  return { status: statusCode, headers, bytes: rawPayload }
}
const errorOf = ({ bytes }: { bytes: Buffer }) => JSON.parse(bytes.toString()).errors[0]
const lease = () => leaseFetches(sql, { room: 100, share: 100, seconds: 60, remote: false })
const allAreDue = () => sql`update attachments set fetch_due_at = now() - interval '1 s' where fetch_due_at is not null`
/** Fetches each due file once. Returns the outcomes, and the seconds until the next attempt. */
async function fetchOnce() {
  const due = await lease()
  const results = await Promise.all(due.map((one) => fetchFile(means, one)))
  const rows = await sql<{ id: string; wait: number | null }[]>`
    select id, extract(epoch from fetch_due_at - now())::int as wait from attachments`
  const waits = new Map(rows.map(({ id, wait }) => [id, wait]))
  return due.map(({ id }, n) => ({ ...results[n]!, wait: waits.get(id) }))
}

test('missing, empty and too large media are given up, and the conversation says so', async () => {
  const { id } = await sends(undefined, { caption: 'My cat' })
  peer.media.delete(id)
  await sends({ content_type: 'application/pdf', bytes: PNG, status: 410 }, { filename: 'Offer <1>.pdf' }, 'document')
  await sends({ content_type: 'video/mp4', bytes: Buffer.alloc(MOST + 1), file_size: 5 }, {}, 'video')
  await sends({ content_type: 'audio/ogg', bytes: Buffer.alloc(0) }, { voice: true }, 'audio')
  const links = (await shown()).map(({ attachments }) => attachments[0].url)
  const results = await fetchOnce()
  assert.deepEqual(
    results.map(({ outcome, wait }) => [outcome, wait]),
    Array(4).fill(['given_up', null]),
  )
  const [source, pdf, video, voice] = await shown()
  for (const { attachments } of [source, pdf, video, voice]) assert.deepEqual(attachments, [])
  const gone = 'Meta answered 400 to a request for media: (#100) Unsupported get request'
  assert.equal(source.body, `<p>My cat</p><p>[image-${id}.png could not be fetched. ${gone}]</p>`)
  assert.match(pdf.body, /^<p>\[Document: Offer &lt;1&gt;\.pdf\]<\/p><p>\[Offer &lt;1&gt;\.pdf could not be fetched\. /)
  assert.equal(video.metadata.whatsapp_media.error, `The media are larger than ${MOST} bytes`)
  assert.equal(voice.metadata.whatsapp_media.error, 'The file is empty')
  const answer = await at(links[0])
  assert.deepEqual([answer.status, errorOf(answer).code], [410, 'file_lost'])
  const asked = peer.requests
  await allAreDue()
  assert.deepEqual(await fetchOnce(), [])
  assert.equal(peer.requests, asked)
})

test('errors of Meta are retried with backoff and Retry-After, each time with a new URL', async () => {
  const medium: Medium = { content_type: 'image/png', bytes: PNG, status: 503 }
  await sends(medium)
  const waits: unknown[] = []
  const urls = new Set<string>()
  for (let attempt = 1; attempt <= 9; attempt++) {
    const [result] = await fetchOnce()
    urls.add(peer.media_urls.at(-1) as string)
    waits.push(result?.wait)
    await allAreDue()
    if (attempt === 1) Object.assign(medium, { status: 429, retry_after: '90' })
    if (attempt === 3) Object.assign(medium, { status: 500, retry_after: undefined })
  }
  assert.deepEqual(waits, [10, 90, 300, 1_800, 7_200, 21_600, 86_400, 86_400, null])
  assert.equal(urls.size, 9)
  assert.match((await shown())[0].body, /could not be fetched\. Meta answered 500/)
})

test('a download that breaks off, and a Meta that cannot be reached, are retried', async () => {
  const medium: Medium = { content_type: 'image/png', bytes: PNG, breaks: true }
  await sends(medium)
  assert.equal((await fetchOnce())[0]?.outcome, 'postponed')
  assert.equal((await shown())[0].attachments[0].filesize, 0)
  medium.breaks = false
  const real = accountOf(peer)
  const [account] = (await call('GET /extensions/channels')).body.data
  const nowhere = { settings: { base_url: 'http://127.0.0.1:9/v23.0' } }
  assert.equal((await call(`PUT /extensions/channels/${account.id}`, nowhere)).status, 200)
  const [result] = await fetchOnce()
  assert.deepEqual([result?.outcome, result?.wait], ['postponed', 60])
  await call(`PUT /extensions/channels/${account.id}`, { settings: real.settings })
  assert.deepEqual((await fetchOnce())[0]?.outcome, 'fetched')
})

test('fetches wait while the account is missing or its token is invalid; a new account is tried at once', async () => {
  await sends()
  const [{ id }] = (await call('GET /extensions/channels')).body.data
  await call(`PUT /extensions/channels/${id}`, { secrets: { access_token: 'EAAexpired' } })
  const [expired] = await fetchOnce()
  assert.equal(expired?.outcome, 'postponed')
  assert.match(JSON.stringify(expired), /401 to a request for media: \(#190\)/)
  await call(`DELETE /extensions/channels/${id}`)
  await allAreDue()
  const [removed] = await fetchOnce()
  assert.match(JSON.stringify(removed), /no WhatsApp account any more/)
  assert.deepEqual(await fetchOnce(), [])
  assert.equal((await call('POST /extensions/channels', accountOf(peer))).status, 200)
  assert.deepEqual(await fetchOnce(), [{ outcome: 'fetched', wait: null }])
  assert.equal((await shown())[0].attachments[0].filesize, PNG.length)
})

test('a repeated message adds no second file, and one of a blocked contact adds none', async () => {
  const { value } = await sends()
  await Promise.all([postWebhook(value), postWebhook(value)])
  assert.equal((await sql`select from attachments where workspace_id = ${t.created.id}`).count, 1)
  assert.deepEqual((await shown())[0].attachments.length, 1)
  await call('POST /extensions/sandbox/reset')
  await aContact(t.workspace, { formatted_phone: `+${NUMBER}`, blocked_at: new Date() })
  await sends()
  assert.equal((await sql`select from attachments where workspace_id = ${t.created.id}`).count, 0)
})

test('a fetch of a killed worker is repeated, and two fetches of one file store it once', async () => {
  await sends()
  const [killed] = await lease()
  assert.equal((await lease()).length, 0)
  await allAreDue()
  const [second] = await lease()
  assert.equal(second?.id, killed?.id)
  await Promise.all([fetchFile(means, killed!), fetchFile(means, second!)])
  await sql`update unclaimed_files set remove_after = now() - interval '1 s'`
  assert.ok((await t.files.removeUnclaimed()) >= 1)
  const [{ attachments }] = await shown()
  assert.equal(attachments.length, 1)
  assert.deepEqual((await at(attachments[0].url)).bytes, PNG)
})

test('the attachment exists at once, and its link works as soon as the file is fetched', async () => {
  const { id } = await sends(undefined, { caption: 'My cat' })
  await sends(
    { content_type: 'audio/ogg; codecs=opus', bytes: Buffer.from('OggS and so on') },
    { voice: true },
    'audio',
  )
  const before = await shown()
  const { url, ...awaited } = before[0].attachments[0]
  assert.deepEqual(awaited, { type: 'upload', name: `image-${id}.png`, content_type: 'image/png', filesize: 0 })
  const early = await at(url)
  assert.deepEqual([early.status, errorOf(early).code, early.headers['retry-after']], [404, 'file_awaited', '5'])

  const silent = () => {}
  const stop = fetchAttachments({ ...means, log: { warn: silent, info: silent, debug: silent } as never })
  await eventually(shown, (all) => all.every(({ attachments }) => attachments[0].filesize > 0)).finally(stop)
  const [source, voice] = await shown()
  assert.deepEqual([source.body, source.attachments.length], ['<p>My cat</p>', 1])
  assert.equal(voice.body, '<p>[Voice message]</p>')
  assert.deepEqual([voice.attachments[0].content_type, voice.attachments[0].filesize], ['audio/ogg', 14])
  assert.equal(voice.metadata.whatsapp_media.error, undefined)
  for (const link of [url, source.attachments[0].url]) {
    const { status, headers, bytes } = await at(link)
    assert.deepEqual([status, headers['content-type'], bytes], [200, 'image/png', PNG])
  }
})

test('two workspaces with the number each get their own file', async () => {
  const other = await t.another()
  const { body } = await other.call('POST /extensions/channels', accountOf(peer))
  await sends()
  assert.deepEqual(
    (await fetchOnce()).map(({ outcome }) => outcome),
    ['fetched', 'fetched'],
  )
  const [[ours], [theirs]] = [await shown(), await shown(other)]
  assert.notEqual(ours.attachments[0].url, theirs.attachments[0].url)
  for (const { attachments } of [ours, theirs]) assert.deepEqual((await at(attachments[0].url)).bytes, PNG)
  await other.call(`DELETE /extensions/channels/${body.id}`)
})

test('many media in one body are all fetched, with valid requests', async () => {
  const values = Array.from({ length: 5 }, (_, n) => {
    peer.media.set(`9${n}`, { content_type: 'image/png', bytes: PNG })
    return wrote(NUMBER, { type: 'image', image: { id: `9${n}`, mime_type: 'image/png' } })
  })
  const body = webhookBody(peer.phone_number_id, {})
  body.entry = values.map((value) => webhookBody(peer.phone_number_id, value).entry[0]!)
  assert.equal((await peer.post(w.webhook, body)).status, 200)
  await fetchOnce()
  for (const { attachments } of await shown()) assert.equal(attachments[0].filesize, PNG.length)
  assert.deepEqual(peer.faults, [])
})
