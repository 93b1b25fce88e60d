// Programs that copy a workspace elsewhere, as they are published: Singer's tap-intercom, and syncs of Nango. Each is skipped
// where it is not installed.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { checkout, interpreterOf, needs, searchPath } from './find.ts'
import { type Action, nangoHost, type Sync, templateOf } from './nango.ts'
import { redirectTo } from './redirect.ts'
import { type Account, newWorkspace, post, run, serverUrl } from './run.ts'

type Seeded = Account & { contacts: string[]; conversations: string[] }

/** Returns a workspace with three contacts, each with an answered conversation, a tag and a data attribute. */
async function seeded(name: string): Promise<Seeded> {
  const account = await newWorkspace(name)
  const { token, admin_id } = account
  const contacts: string[] = []
  const conversations: string[] = []
  for (const number of [1, 2, 3]) {
    const person = { role: 'user', email: `c${number}@example.com`, name: `C${number}`, phone: `+1202555014${number}` }
    const { id } = await post<{ id: string }>(token, '/contacts', person)
    const first = { from: { type: 'user', id }, body: `Hello ${number}` }
    const { conversation_id } = await post<{ conversation_id: string }>(token, '/conversations', first)
    const answer = { type: 'admin', message_type: 'comment', admin_id, body: 'Hi' }
    await post(token, `/conversations/${conversation_id}/reply`, answer)
    contacts.push(id)
    conversations.push(conversation_id)
  }
  await post(token, '/tags', { name: 'VIP', users: [{ id: contacts[0] }] })
  await post(token, '/extensions/teams', { name: 'Support', admin_ids: [admin_id] })
  await post(token, '/data_attributes', { name: 'plan', model: 'contact', data_type: 'string' })
  return { ...account, contacts, conversations }
}

const openssl = interpreterOf(['openssl'], ['version'])
const tap = interpreterOf(
  [checkout('venv', 'bin', 'python3'), 'python3', '/usr/bin/python3'],
  ['-c', 'import tap_intercom'],
  { environment: { PYTHONPATH: searchPath(checkout('tap-intercom'), checkout('singer-python')) } },
)

describe('tap-intercom', needs(tap && openssl, 'Python with the package tap-intercom, or openssl,'), () => {
  const STREAMS = [
    'admins',
    'company_attributes',
    'contact_attributes',
    'contacts',
    'conversation_parts',
    'conversations',
    'tags',
    'teams',
  ]
  let directory: string
  let workspace: Seeded

  /** Runs the tap on the server; returns its messages. */
  async function extract(token: string, ...args: string[]): Promise<Record<string, unknown>[]> {
    const redirect = await redirectTo(await serverUrl())
    const config = join(directory, 'config.json')
    const settings = {
      access_token: token,
      start_date: '2020-01-01T00:00:00Z',
      user_agent: 'test',
      request_timeout: '20',
    }
    await writeFile(config, JSON.stringify(settings))
    try {
      const own = ['-c', 'from tap_intercom import main; main()', '--config', config, ...args]
      const environment = { HTTPS_PROXY: redirect.proxy, REQUESTS_CA_BUNDLE: redirect.certificate }
      const out = await run(tap!, own, environment)
      if (args.includes('--discover')) return [JSON.parse(out)]
      return out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    } finally {
      redirect.close()
    }
  }

  /** Selects the streams whose operations the server has. */
  async function catalog(): Promise<string> {
    const [discovered] = await extract(workspace.token, '--discover')
    const { streams } = discovered as { streams: { tap_stream_id: string; metadata: { metadata: object }[] }[] }
    for (const { tap_stream_id, metadata } of streams)
      for (const entry of metadata) Object.assign(entry.metadata, { selected: STREAMS.includes(tap_stream_id) })
    const path = join(directory, 'catalog.json')
    await writeFile(path, JSON.stringify({ streams }))
    return path
  }

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'interphone-tap-'))
    workspace = await seeded('Singer')
  })
  after(() => rm(directory, { recursive: true, force: true }))

  test('a wrong token ends it with its error for 401', async () => {
    await assert.rejects(
      extract('wrong', '--catalog', await catalog()),
      /IntercomUnauthorizedError.*Access Token Invalid/,
    )
  })

  test('it copies every stream, and ends with the state for the next run', async () => {
    const path = await catalog()
    const messages = await extract(workspace.token, '--catalog', path)
    const records = Map.groupBy(
      messages.filter(({ type }) => type === 'RECORD'),
      ({ stream }) => stream as string,
    )
    assert.deepEqual([...records.keys()].sort(), STREAMS)
    const ids = (stream: string) => records.get(stream)!.map(({ record }) => (record as { id: string }).id)
    assert.deepEqual(ids('contacts').sort(), workspace.contacts.toSorted())
    assert.deepEqual(ids('conversations'), workspace.conversations)
    assert.equal(records.get('conversation_parts')?.length, 3)
    assert.equal(records.get('tags')?.length, 1)
    const last = messages.findLast(({ type }) => type === 'STATE') as { value: { bookmarks: Record<string, object> } }
    assert.ok(['contacts', 'conversations'].every((stream) => stream in last.value.bookmarks))
  })

  test('a run that was interrupted goes on after the last conversation', async () => {
    const [, second, third] = workspace.conversations
    const interrupted = {
      updated_at: '2020-01-01T00:00:00.000000Z',
      last_processed: second,
      last_sync_started_at: '2020-01-01T00:00:00.000000Z',
    }
    const [state, later] = [join(directory, 'state.json'), { updated_at: '2999-01-01T00:00:00.000000Z' }]
    const bookmarks = { conversations: interrupted, contacts: later, conversation_parts: later }
    await writeFile(state, JSON.stringify({ bookmarks }))
    const records = await extract(workspace.token, '--catalog', await catalog(), '--state', state)
    const copied = records.filter(
      ({ type, stream }) => type === 'RECORD' && /^con(tacts|versations)$/.test(String(stream)),
    )
    assert.deepEqual(
      copied.map(({ record }) => (record as { id: string }).id),
      [second, third],
    )
  })
})

const templates = checkout('integration-templates', 'integrations', 'intercom')

describe('Nango', needs(templates, "Nango's integration-templates"), () => {
  let workspace: Seeded
  const host = async (token = workspace.token) => nangoHost(await serverUrl(), token)

  before(async () => {
    workspace = await seeded('Nango')
  })

  test('a sync with a wrong token fails with the answer of the server', async () => {
    const { exec } = await templateOf<Sync>(templates!, 'syncs/contacts.ts')
    await assert.rejects(exec(await host('wrong')), /401 .*Access Token Invalid/)
  })

  test('contacts: all pages are saved, and the next run begins at the checkpoint', async () => {
    for (let number = 4; number <= 153; number++)
      await post(workspace.token, '/contacts', { role: 'lead', name: `Lead ${number}` })
    const nango = await host()
    const { exec } = await templateOf<Sync>(templates!, 'syncs/contacts.ts')
    await exec(nango)
    assert.equal(new Set(nango.saved['Contact']?.map(({ id }) => id)).size, 153)
    assert.ok(nango.calls.filter((call) => call === 'POST /contacts/search').length >= 2)
    const { updated_after } = nango.checkpoint as { updated_after: number }
    assert.ok(updated_after > Date.now() / 1000 - 600)
  })

  test('conversations, their parts, admins and tags are saved', async () => {
    const nango = await host()
    for (const sync of ['conversations', 'conversation-parts', 'admins', 'tags']) {
      const { exec } = await templateOf<Sync>(templates!, `syncs/${sync}.ts`)
      await exec(nango)
      nango.checkpoint = undefined
    }
    const ids = (model: string) => nango.saved[model]?.map(({ id }) => id).sort()
    assert.deepEqual(ids('Conversation'), workspace.conversations.toSorted())
    assert.equal(ids('ConversationPart')?.length, 3)
    assert.deepEqual(ids('Admin'), [workspace.admin_id])
    assert.equal(ids('Tag')?.length, 1)
    const [conversation] = nango.saved['Conversation'] as unknown as { teammates: object; statistics: object }[]
    assert.deepEqual(Object.keys(conversation!.teammates), ['type', 'admins', 'teammates'])
  })

  test('actions: a conversation is replied to, closed, opened and snoozed', async () => {
    const nango = await host()
    const [conversation_id] = workspace.conversations
    const { admin_id } = workspace
    const act = async (name: string, input: object) =>
      (await templateOf<Action>(templates!, `actions/${name}.ts`)).exec(nango, input)
    const replied = await act('reply-to-conversation', {
      conversation_id,
      admin_id,
      type: 'admin',
      message_type: 'comment',
      body: 'Hi',
    })
    assert.equal((replied as { state: string }).state, 'open')
    await act('close-conversation', { conversation_id, admin_id })
    await act('reopen-conversation', { conversation_id, admin_id })
    const snoozed_until = Math.floor(Date.now() / 1000) + 3600
    await act('snooze-conversation', { conversation_id, admin_id, snoozed_until })
    const shown = (await act('get-conversation', { id: conversation_id })) as { state: string }
    assert.equal(shown.state, 'snoozed')
    await act('create-note', { contact_id: workspace.contacts[0], body: 'Prefers tea' })
    await assert.rejects(act('get-contact', { id: '6762f0dd1bb69f9f2193bae2' }), /404 .*User Not Found/)
  })
})
