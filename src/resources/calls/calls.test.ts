// Calls: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IntercomClient } from 'intercom-client'
import { createWorkspace } from '#workspaces/create.ts'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import type { Call, TestApp } from '../../../test/app.ts'
import { topicsOf } from '../../../test/events.ts'
import { aContact } from '../../../test/factories.ts'
import { listeningServer } from '../../../test/sdk/server.ts'

const t = await listeningServer({ public_url: 'https://api.example.com' })

const NOT_FOUND = [{ code: 'not_found', message: 'Not Found' }]
const NO_RECORDING = [{ code: 'not_found', message: 'Recording Not Found' }]
const BEGAN = 1_780_000_000
const ENDED = { initiated_at: BEGAN, answered_at: BEGAN + 3, ended_at: BEGAN + 93 }

const aCall = async (body: object = {}, call: Call = t.call) => {
  const { status, body: created } = await call('POST /extensions/calls', { direction: 'outbound', ...body })
  assert.equal(status, 200, JSON.stringify(created))
  return created
}

const SOUND = Buffer.from('ID3 sound of a call')
const recording = (changes: object = {}) => ({
  attachment_files: [{ name: 'call.mp3', content_type: 'audio/mpeg', data: SOUND.toString('base64'), ...changes }],
})
const transcript = (...texts: string[]) => ({
  entries: texts.map((text, n) => ({ time: 3 + 6 * n, speaker: n % 2 ? 'User' : 'Teammate 1', text })),
})

async function aConversation({ workspace, call }: Pick<TestApp, 'workspace' | 'call'> = t) {
  const contact = await aContact(workspace, { name: 'Anna', formatted_phone: '+12025550143' })
  const { body } = await call('POST /conversations', { from: { type: 'user', id: contact }, body: 'Call me' })
  return { contact, id: body.conversation_id as string }
}

const partsOf = async (id: string, call: Call = t.call) =>
  (await call(`GET /conversations/${id}`)).body.conversation_parts.conversation_parts.filter(
    ({ part_type }: { part_type: string }) => part_type === 'call_summary',
  )

const READS = ['GET /calls', 'GET /calls/1', 'GET /calls/1/recording', 'GET /calls/1/transcript', 'POST /calls/search']
const WRITES = [
  ...['POST /extensions/calls', 'PUT /extensions/calls/1', 'PUT /extensions/calls/1/recording'],
  'PUT /extensions/calls/1/transcript',
]
const BODIES: Record<string, object> = {
  'POST /calls/search': { conversation_ids: ['1'] },
  'POST /extensions/calls': { direction: 'inbound' },
  'PUT /extensions/calls/1': {},
  'PUT /extensions/calls/1/recording': recording(),
  'PUT /extensions/calls/1/transcript': transcript('Hi'),
}

test('every operation needs a token and its scope', async () => {
  const token = newTokenText()
  const limited = { name: 'Limited', admin_id: t.created.admin_id, scopes: ['read_admins'] }
  await insertToken(t.database.sql, t.created.id, token, limited, new Date())
  for (const route of [...READS, ...WRITES]) {
    const { status, body } = await t.call(route, BODIES[route], { token: null })
    assert.deepEqual([status, body.errors], [401, [{ code: 'unauthorized', message: 'Access Token Invalid' }]], route)
    assert.equal((await t.call(route, BODIES[route], { token })).status, 403, route)
  }
})

test('versions before 2.14 do not have calls', async () => {
  for (const route of READS) {
    for (const version of ['2.13', '2.11', '2.8']) {
      const { status, body } = await t.call(route, BODIES[route], { version })
      assert.deepEqual([status, body.errors[0].code], [400, 'intercom_version_invalid'], route)
    }
  }
})

test('an unknown call is a 404, and so is one of another workspace, or one without recording or transcript', async () => {
  const other = await t.another()
  const theirs = await aCall({}, other.call)
  await other.call(`PUT /extensions/calls/${theirs.id}/recording`, recording())
  await other.call(`PUT /extensions/calls/${theirs.id}/transcript`, transcript('Hi'))
  for (const id of ['999999', 'none', '99999999999999999999', theirs.id]) {
    for (const route of [`GET /calls/${id}`, `GET /calls/${id}/transcript`, `PUT /extensions/calls/${id}`]) {
      const { status, body } = await t.call(route, route.startsWith('PUT') ? {} : undefined)
      assert.deepEqual([status, body.errors], [404, NOT_FOUND], route)
    }
    const { status, body } = await t.call(`GET /calls/${id}/recording`)
    assert.deepEqual([status, body.errors], [404, NO_RECORDING])
    for (const [what, given] of [
      ['recording', recording()],
      ['transcript', transcript('Hi')],
    ] as const)
      assert.equal((await t.call(`PUT /extensions/calls/${id}/${what}`, given)).status, 404)
  }
  const mine = await aCall()
  assert.deepEqual((await t.call(`GET /calls/${mine.id}/recording`)).body.errors, NO_RECORDING)
  assert.deepEqual((await t.call(`GET /calls/${mine.id}/transcript`)).body.errors, NOT_FOUND)
  await t.call(`PUT /extensions/calls/${mine.id}/transcript`, { ...transcript('Hi'), status: 'in_progress' })
  assert.deepEqual((await t.call(`GET /calls/${mine.id}/transcript`)).body.errors, NOT_FOUND)
})

test('a search needs from 1 to 20 conversations', async () => {
  const message = 'A list of up to 20 conversation IDs is required'
  const cases = [{}, { conversation_ids: [] }, { conversation_ids: null }, { conversation_ids: Array(21).fill('1') }]
  for (const body of cases) {
    const answer = await t.call('POST /calls/search', body)
    assert.deepEqual([answer.status, answer.body.errors], [400, [{ code: 'conversation_id_limit_exceeded', message }]])
  }
  for (const conversation_ids of ['1', [{}], [null], 7]) {
    const { status, body } = await t.call('POST /calls/search', { conversation_ids })
    assert.deepEqual([status, body.errors[0].code], [400, 'parameter_invalid'])
  }
  const unknown = await t.call('POST /calls/search', {
    conversation_ids: ['none', '999999', '99999999999999999999', 7],
  })
  assert.deepEqual(unknown.body, { type: 'list', data: [] })
})

test('a call that makes no sense is a 400 that names the field', async () => {
  const { id } = await aCall()
  const other = await t.another()
  const theirs = await aConversation(other)
  const cases: [body: object, names: RegExp][] = [
    [{ direction: 'sideways' }, /^direction must be one of inbound, outbound/],
    [{ state: 'ringing' }, /^state must be one of/],
    [{ state: 'in-progress', initiated_at: BEGAN, ended_at: BEGAN }, /^state must be completed/],
    [{ initiated_at: BEGAN, answered_at: BEGAN - 1 }, /^answered_at must not be before/],
    [{ initiated_at: 'today' }, /^initiated_at/],
    [{ ended_at: -1 }, /^ended_at/],
    [{ ended_reason: 'answered' }, /^ended_reason needs ended_at/],
    [{ phone: '12' }, /^phone must be a number/],
    [{ phone: 12025550143 }, /^phone/],
    [{ call_type: '' }, /^call_type/],
    [{ talk_time: -1 }, /^talk_time/],
    [{ hold_time: 1.5 }, /^hold_time/],
    [{ summary: '<script>x</script>' }, /^summary has nothing/],
    [{ conversation_id: '999999' }, /^conversation_id names '999999'/],
    [{ conversation_id: theirs.id }, /^conversation_id names/],
    [{ contact_id: theirs.contact }, /^contact_id names/],
    [{ conversation_id: '' }, /^conversation_id names '', which is not/],
    [{ contact_id: '' }, /^contact_id names '', which is not/],
    [{ admin_id: '' }, /^admin_id names '', which is not/],
    [{ fin_call_id: '' }, /^fin_call_id names '', which is not/],
    [{ admin_id: other.created.admin_id }, /^admin_id names/],
    [{ fin_call_id: '999999' }, /^fin_call_id names/],
  ]
  for (const [body, names] of cases) {
    for (const [route, sent] of [
      ['POST /extensions/calls', { direction: 'inbound', ...body }],
      [`PUT /extensions/calls/${id}`, body],
    ] as const) {
      const answer = await t.call(route, sent)
      assert.deepEqual([answer.status, answer.body.errors[0].code], [400, 'parameter_invalid'], JSON.stringify(body))
      assert.match(answer.body.errors[0].message, names)
    }
  }
  assert.match((await t.call('POST /extensions/calls', {})).body.errors[0].message, /direction is required/)
})

test('a recording or transcript that makes no sense is a 400, and changes nothing', async () => {
  const call = await aCall()
  const cases: [what: string, body: object, names: RegExp][] = [
    ['recording', {}, /attachment_files is required/],
    ['recording', { attachment_files: [] }, /^attachment_files/],
    [
      'recording',
      { attachment_files: [...recording().attachment_files, ...recording().attachment_files] },
      /^attachment_files/,
    ],
    ['recording', recording({ data: '?' }), /^attachment_files.0.data must be the file in base64/],
    ['recording', recording({ data: '' }), /^attachment_files.0.data must be the file in base64/],
    [
      'recording',
      recording({ name: 'call.pdf', content_type: 'application/pdf' }),
      /content_type must be that of a sound/,
    ],
    ['recording', recording({ name: 'call.html', content_type: 'text/html' }), /content_type must be that of a sound/],
    ['transcript', {}, /entries is required/],
    ['transcript', { entries: [{ time: 1, text: 'x' }] }, /speaker is required/],
    ['transcript', { entries: [{ time: -1, speaker: 'User', text: 'x' }] }, /^entries.0.time/],
    ['transcript', { entries: [{ time: 360_000, speaker: 'User', text: 'x' }] }, /^entries.0.time/],
    ['transcript', { entries: [{ time: 1, speaker: ' ', text: 'x' }] }, /^entries.0.speaker/],
    ['transcript', { entries: Array(4_001).fill({ time: 1, speaker: 'User', text: 'x' }) }, /^entries/],
    ['transcript', { ...transcript('Hi'), status: 'failed' }, /^status must be one of/],
  ]
  for (const [what, body, names] of cases) {
    const answer = await t.call(`PUT /extensions/calls/${call.id}/${what}`, body)
    assert.equal(answer.status, 400, JSON.stringify(body).slice(0, 200))
    assert.match(answer.body.errors[0].message, names)
  }
  assert.deepEqual((await t.call(`GET /calls/${call.id}`)).body, call)
  assert.deepEqual(await topicsOf(t.workspace, call.id), ['call.started'])
})

test('an ended call is shown with its timings, which only Preview has', async () => {
  const { id: conversation_id, contact } = await aConversation()
  const call = await aCall({
    ...{ conversation_id, contact_id: contact, admin_id: Number(t.created.admin_id), ...ENDED },
    ...{ talk_time: 85, queue_time: 3 },
  })
  const { id, created_at, updated_at, ...rest } = call
  assert.match(id, /^\d+$/)
  assert.ok(Math.abs(created_at - Date.now() / 1000) < 60 && updated_at >= created_at)
  const { duration, talk_time, queue_time, hold_time, ...before } = rest
  assert.deepEqual(
    { duration, talk_time, queue_time, hold_time },
    { duration: 90, talk_time: 85, queue_time: 3, hold_time: null },
  )
  assert.deepEqual(before, {
    type: 'call',
    conversation_id,
    admin_id: t.created.admin_id,
    contact_id: contact,
    state: 'completed',
    ...ENDED,
    recording_url: null,
    transcription_url: null,
    call_type: 'phone',
    direction: 'outbound',
    ended_reason: 'answered',
    phone: '+12025550143',
    fin_recording_url: null,
    fin_transcription_url: null,
  })
  assert.deepEqual((await t.call(`GET /calls/${id}`)).body, call)
  for (const version of ['2.14', '2.15', '2.16']) {
    const older: object = { id, created_at, updated_at, ...before }
    assert.deepEqual((await t.call(`GET /calls/${id}`, undefined, { version })).body, older)
    const { body } = await t.call('POST /calls/search', { conversation_ids: [conversation_id] }, { version })
    assert.deepEqual(body.data, [{ ...older, transcript: [], transcript_status: null }])
  }
})

test('a call goes through its states, with one event for each, and leaves one part when it ends', async () => {
  const { id: conversation_id } = await aConversation()
  const { id } = await aCall({ conversation_id, direction: 'inbound', state: 'queued', initiated_at: BEGAN })
  const update = async (body: object) => (await t.call(`PUT /extensions/calls/${id}`, body)).body
  assert.equal((await update({ answered_at: BEGAN + 20 })).state, 'in-progress')
  assert.deepEqual(await partsOf(conversation_id), [])
  const ended = await update({ ended_at: BEGAN + 80, hold_time: 10 })
  assert.deepEqual([ended.state, ended.duration, ended.talk_time, ended.hold_time], ['completed', 80, 50, 10])
  const [part, ...more] = await partsOf(conversation_id)
  assert.deepEqual(more, [])
  assert.deepEqual(
    [part.body, part.author.type, part.event_details, part.state],
    [null, 'bot', { call_id: id }, 'open'],
  )

  await update({ summary: 'The customer asked about <b>payroll</b>.' })
  await update({ ended_reason: 'completed' })
  const [summarized, ...others] = await partsOf(conversation_id)
  assert.deepEqual(others, [])
  assert.deepEqual([summarized.id, summarized.body], [part.id, '<p>The customer asked about <b>payroll</b>.</p>'])
  assert.ok(summarized.updated_at >= part.updated_at)
  assert.deepEqual(await topicsOf(t.workspace, id), ['call.started', 'call.ended'])
  assert.deepEqual(await topicsOf(t.workspace, conversation_id), ['conversation.user.created'])

  for (const version of ['2.16', '2.14', '2.11', '2.8']) {
    const { body } = await t.call(`GET /conversations/${conversation_id}`, undefined, { version })
    const types = body.conversation_parts.conversation_parts.map((part: { part_type: string }) => part.part_type)
    assert.deepEqual(types, ['call_summary'])
  }

  const elsewhere = await aConversation()
  const moved = await t.call(`PUT /extensions/calls/${id}`, { conversation_id: elsewhere.id })
  assert.deepEqual([moved.status, /^conversation_id cannot change/.test(moved.body.errors[0].message)], [400, true])
})

test('a call that gets its conversation after its end leaves the part there; an abandoned one has no event', async () => {
  const { id: conversation_id } = await aConversation()
  const abandoned = await aCall({
    direction: 'inbound',
    ended_at: BEGAN,
    ended_reason: 'abandoned',
    summary: 'Hung up',
  })
  assert.deepEqual(await topicsOf(t.workspace, abandoned.id), ['call.started'])
  assert.deepEqual([abandoned.answered_at, abandoned.duration, abandoned.talk_time], [undefined, 0, null])
  await t.call(`PUT /extensions/calls/${abandoned.id}`, { conversation_id })
  const parts = await partsOf(conversation_id)
  assert.deepEqual(
    parts.map(({ body }: { body: string }) => body),
    ['<p>Hung up</p>'],
  )
  const missed = await aCall({ direction: 'inbound', state: 'completed' })
  assert.deepEqual(
    [missed.ended_reason, await topicsOf(t.workspace, missed.id)],
    ['missed', ['call.started', 'call.ended']],
  )
})

test('two requests that end a call at once leave one part and one event', async () => {
  const { id: conversation_id } = await aConversation()
  const { id } = await aCall({ conversation_id, state: 'in-progress' })
  const answers = await Promise.all(
    ['One', 'Two', 'Three'].map((summary) => t.call(`PUT /extensions/calls/${id}`, { state: 'completed', summary })),
  )
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200],
  )
  const parts = await partsOf(conversation_id)
  assert.equal(parts.length, 1)
  assert.match(parts[0].body, /^<p>(One|Two|Three)<\/p>$/)
  assert.deepEqual(await topicsOf(t.workspace, id), ['call.started', 'call.ended'])
})

test('a recording is stored, found through a redirect to a signed link, and replaced', async () => {
  const call = await aCall(ENDED)
  const path = `/extensions/calls/${call.id}/recording`
  const stored = await t.call(`PUT ${path}`, recording())
  assert.equal(stored.body.recording_url, `https://api.example.com/calls/${call.id}/recording`)
  for (const version of ['2.14', 'Preview']) {
    const answer = await t.call(`GET /calls/${call.id}/recording`, undefined, { version })
    assert.deepEqual([answer.status, answer.text], [302, ''])
    const link = new URL(String(answer.headers['location']))
    assert.equal(link.origin, 'https://api.example.com')
    const file = await t.app.inject({ url: link.pathname })
    assert.deepEqual([file.statusCode, file.headers['content-type'], file.body], [200, 'audio/mpeg', String(SOUND)])
  }
  await t.call(`PUT ${path}`, recording({ data: Buffer.from('ID3 another').toString('base64') }))
  const again = await t.call(`GET /calls/${call.id}/recording`)
  const replaced = await t.app.inject({ url: new URL(String(again.headers['location'])).pathname })
  assert.equal(replaced.body, 'ID3 another')
  const files = await t.database
    .sql`select from attachments where workspace_id = ${t.workspace.id} and name = 'call.mp3'`
  assert.equal(files.length, 1)
  const topics = await topicsOf(t.workspace, call.id)
  assert.deepEqual(topics.filter((topic) => topic === 'call.recording_available').length, 2)
})

test('a transcript is read as a text file, and shown by a search', async () => {
  const { id: conversation_id } = await aConversation()
  const call = await aCall({ conversation_id, ...ENDED })
  const entries = [
    { time: 3_661, speaker: 'User', text: 'I need\n "help".' },
    { time: 3, speaker: ' Teammate 1 ', text: 'Hello, thanks for calling.' },
  ]
  const path = `/extensions/calls/${call.id}/transcript`
  await t.call(`PUT ${path}`, { entries: [], status: 'in_progress' })
  const stored = await t.call(`PUT ${path}`, { entries })
  assert.equal(stored.body.transcription_url, `https://api.example.com/calls/${call.id}/transcript`)
  const { status, text, headers } = await t.call(`GET /calls/${call.id}/transcript`)
  assert.equal(status, 200)
  assert.equal(text, '[00:00:03] Teammate 1: "Hello, thanks for calling."\n[01:01:01] User: "I need "help"."')
  assert.equal(headers['content-type'], 'text/plain; charset=utf-8')
  assert.equal(headers['content-disposition'], 'attachment; filename=transcription_data-2026-05-28.txt')
  await t.call(`PUT ${path}`, { entries: entries.slice(1) })
  assert.deepEqual(await topicsOf(t.workspace, call.id), ['call.started', 'call.ended', 'call.transcription_available'])

  const second = await aCall({ conversation_id })
  const { body } = await t.call('POST /calls/search', { conversation_ids: [Number(conversation_id), 'none'] })
  const [newest, first] = body.data
  assert.deepEqual([newest.id, newest.transcript, newest.transcript_status], [second.id, [], null])
  assert.deepEqual(first.transcript, [{ time: 3, speaker: 'Teammate 1', text: 'Hello, thanks for calling.' }])
  assert.equal(first.transcript_status, 'completed')
})

test('the call of the AI agent before a call is linked, once there is something to link to', async () => {
  const fin = await aCall({ direction: 'inbound' })
  const { id, fin_recording_url } = await aCall({ direction: 'inbound', fin_call_id: fin.id })
  assert.equal(fin_recording_url, null)
  await t.call(`PUT /extensions/calls/${fin.id}/recording`, recording())
  await t.call(`PUT /extensions/calls/${fin.id}/transcript`, transcript('Hi'))
  const { body } = await t.call(`GET /calls/${id}`)
  assert.equal(body.fin_recording_url, `https://api.example.com/calls/${fin.id}/recording`)
  assert.equal(body.fin_transcription_url, `https://api.example.com/calls/${fin.id}/transcript`)
})

test('calls are listed newest first, in pages of at most 25', async () => {
  const { call } = await t.another()
  assert.deepEqual((await call('GET /calls')).body, {
    ...{ type: 'list', data: [], total_count: 0 },
    pages: { type: 'pages', page: 1, next: null, per_page: 25, total_pages: 0 },
  })
  const ids: string[] = []
  for (let n = 0; n < 5; n++) ids.unshift((await aCall({}, call)).id)
  const seen: string[] = []
  for (const page of [1, 2, 3, 4]) {
    const { body } = await call(`GET /calls?per_page=2&page=${page}`)
    seen.push(...body.data.map(({ id }: { id: string }) => id))
    assert.deepEqual([body.total_count, body.pages.total_pages, body.pages.page], [5, 3, page])
  }
  assert.deepEqual(seen, ids)
  const walked: string[] = []
  for (let after = ''; ; ) {
    const { body } = await call(`GET /calls?per_page=2${after && `&starting_after=${encodeURIComponent(after)}`}`)
    walked.push(...body.data.map(({ id }: { id: string }) => id))
    assert.equal(body.total_count, 5)
    if (!body.pages.next) break
    after = body.pages.next.starting_after
  }
  assert.deepEqual(walked, ids)
  assert.equal((await call('GET /calls?per_page=100')).body.pages.per_page, 25)
})

test('a reset of the sandbox removes calls, and a removed recording is a 404', async () => {
  const other = await t.another()
  const { id } = await aCall({}, other.call)
  await other.call(`PUT /extensions/calls/${id}/recording`, recording())
  await other.workspace.sql`delete from attachments where workspace_id = ${other.workspace.id}`
  assert.deepEqual((await other.call(`GET /calls/${id}/recording`)).body.errors, NO_RECORDING)
  await other.call('POST /extensions/sandbox/reset')
  assert.deepEqual((await other.call('GET /calls')).body.data, [])
})

test('the demo has a call with a recording and a transcript', async () => {
  const { fillWithDemo } = await import('#resources/index.ts')
  const created = await createWorkspace(t.database.sql, { name: 'Demo' })
  await t.database.sql.begin((sql) => fillWithDemo(sql, created))
  const as = { token: created.token }
  const [call] = (await t.call('GET /calls', undefined, as)).body.data
  assert.deepEqual([call.state, call.duration, call.talk_time], ['completed', 90, 85])
  const { headers } = await t.call(`GET /calls/${call.id}/recording`, undefined, as)
  const file = await t.app.inject({ url: new URL(String(headers['location'])).pathname })
  assert.deepEqual([file.statusCode, file.headers['content-type'], file.rawPayload.length], [200, 'audio/wav', 4_044])
  assert.match(
    (await t.call(`GET /calls/${call.id}/transcript`, undefined, as)).text,
    /^\[00:00:03\] Teammate 1: "Hello/,
  )
  const { body } = await t.call('POST /calls/search', { conversation_ids: [call.conversation_id] }, as)
  assert.equal(body.data[0].transcript.length, 3)
})

test('SDK 7: calls are listed, shown and searched, and the transcript is read', async () => {
  const other = await t.another()
  const { id: conversation_id } = await aConversation(other)
  const { id } = await aCall({ conversation_id, ...ENDED }, other.call)
  await other.call(`PUT /extensions/calls/${id}/recording`, recording())
  await other.call(`PUT /extensions/calls/${id}/transcript`, transcript('Hello'))
  const client = new IntercomClient({ token: other.created.token, baseUrl: t.url })
  const { data, total_count } = await client.calls.listCalls({ per_page: 5 })
  assert.deepEqual([data?.[0]?.id, total_count], [id, 1])
  const shown = await client.calls.showCall({ call_id: id })
  assert.deepEqual([shown.state, shown.ended_at], ['completed', ENDED.ended_at])
  const text = await client.calls.showCallTranscript({ call_id: id })
  assert.equal(text, '[00:00:03] Teammate 1: "Hello"')
  const found = await client.calls.listCallsWithTranscripts({ conversation_ids: [conversation_id] })
  assert.deepEqual([found.data?.[0]?.id, found.data?.[0]?.transcript?.length], [id, 1])
  await assert.rejects(client.calls.showCall({ call_id: '1' }), { statusCode: 404 })
})
