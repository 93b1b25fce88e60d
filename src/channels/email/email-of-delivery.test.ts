// The email of a delivery: its addresses for replies and bounces, and its thread.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outgoing } from '../channel.ts'
import { identityOf, readMessageId, readSignedAddress } from './addresses.ts'
import { compose, messageId } from './compose.ts'
import { emailOf } from './email-of-delivery.ts'

const SETTINGS = {
  from: 'hello@example.com',
  reply_domain: 'in.example.com',
  public_url: 'https://interphone.example.com',
  secret: 'a secret for tests',
}

const outgoing = (more: Partial<Outgoing> = {}): Outgoing => ({
  ...{ workspace_id: 'ab12cd34', id: '42', channel: 'email', message_id: '19', part_id: null, conversation_id: '7' },
  ...{ contact_id: 'c', recipient_type: 'to', address: 'joe@example.org', name: null, attempt: 1 },
  ...{ created_at: new Date(), queued_at: new Date(), subject: 'Hello', body: '<p>Hi</p>', template: 'plain' },
  ...{ locale: null, components: null, to: [], cc: [], attachments: [], last_written_at: null },
  sender: { name: 'Ada', avatar_url: null, workspace_name: 'Acme' },
  contact: {
    ...{ email: null, unsubscribed_from_emails: false, unsubscribed_from_sms: false },
    ...{ has_hard_bounced: false, blocked: false },
  },
  ...more,
})

test('without a reply domain, replies and bounces go to the sender’s address', async () => {
  const email = emailOf(outgoing(), { ...SETTINGS, reply_domain: null })
  assert.deepEqual([email.reply_to, email.return_path], [null, null])
  assert.deepEqual((await compose(email)).envelope?.from, { name: '', address: 'hello@example.com' })
})

test('if the mail server accepts no other sender, bounces go to the sender’s address', () => {
  const { reply_to, return_path } = emailOf(outgoing(), { ...SETTINGS, bounces: false })
  assert.match(reply_to!, /^reply-/)
  assert.equal(return_path, null)
})

test('a reply address is not valid for bounces, nor a bounce address for replies', () => {
  const { reply_to, return_path } = emailOf(outgoing(), SETTINGS)
  assert.equal(readSignedAddress(reply_to!.replace('reply', 'bounce'), SETTINGS.secret), undefined)
  assert.equal(readSignedAddress(return_path!.replace('bounce', 'reply'), SETTINGS.secret), undefined)
  assert.equal(readSignedAddress(reply_to!, 'another secret'), undefined)
})

test('a signed address names its delivery in upper and lower case', async () => {
  const email = emailOf(outgoing({ id: '99999999999' }), SETTINGS)
  const delivery = { workspace_id: 'ab12cd34', delivery_id: '99999999999' }
  assert.deepEqual(readSignedAddress(email.reply_to!.toUpperCase(), SETTINGS.secret), { kind: 'reply', ...delivery })
  assert.deepEqual(readSignedAddress(email.return_path!, SETTINGS.secret), { kind: 'bounce', ...delivery })
  assert.deepEqual((await compose(email)).envelope?.from, { name: '', address: email.return_path })
})

test('our Message-ID names the message or the part, and any other names none', () => {
  const named = (more: object) => readMessageId(messageId(emailOf(outgoing(more), SETTINGS)), SETTINGS.secret)
  assert.deepEqual(named({}), { kind: 'message', id: '19', workspace_id: 'ab12cd34', is_signed: true })
  assert.deepEqual(named({ part_id: '8' }), { kind: 'part', id: '8', workspace_id: 'ab12cd34', is_signed: true })
  for (const other of ['<message-19@example.com>', '<x-19.ab12cd34@a>', 'message-19.ab12cd34@a', '<part-.ab12cd34@a>'])
    assert.equal(readMessageId(other, SETTINGS.secret), undefined, other)
})

const MESSAGE = identityOf({ kind: 'message', id: '19', workspace_id: 'ab12cd34' }, SETTINGS.secret)

test('a Message-ID whose signature is missing, cut, changed or of another mail is not signed', () => {
  const signature = MESSAGE.slice(-20)
  const changed = signature.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
  const cases: string[] = [
    'message-19.ab12cd34',
    'message-19.ab12cd34.',
    `message-19.ab12cd34.${signature.slice(1)}`,
    `message-19.ab12cd34.${signature}0`,
    `message-19.ab12cd34.${changed}`,
    `message-19.ab12cd34.x.${signature}`,
    `message-20.ab12cd34.${signature}`,
    `message-019.ab12cd34.${signature}`,
    `part-19.ab12cd34.${signature}`,
    `message-19.zz12cd34.${signature}`,
    identityOf({ kind: 'message', id: '19', workspace_id: 'ab12cd34' }, 'another secret'),
  ]
  for (const identity of cases)
    assert.equal(readMessageId(`<${identity}@example.com>`, SETTINGS.secret)?.is_signed, false, identity)
  for (const identity of [MESSAGE, MESSAGE.toUpperCase()])
    assert.equal(readMessageId(`<${identity}@any.example>`, SETTINGS.secret)?.is_signed, true, identity)
})

test('a Message-ID is the same on every attempt', () => {
  const ids = [1, 2].map((attempt) => messageId(emailOf(outgoing({ attempt }), SETTINGS)))
  assert.equal(ids[0], ids[1])
})

test('an answer refers to our message and the latest mail, or to the mail that started the conversation', () => {
  const ours = `<${MESSAGE}@example.com>`
  const thread = ['<first@example.org>', '<second@example.org>']
  const threaded = (more: Partial<Outgoing>) => {
    const { in_reply_to, references } = emailOf(outgoing(more), SETTINGS)
    return [in_reply_to, references]
  }
  assert.deepEqual(threaded({}), [null, []])
  assert.deepEqual(threaded({ part_id: '8' }), [ours, [ours]])
  const older = '<message-19.ab12cd34@example.com>'
  assert.deepEqual(threaded({ part_id: '8', source_mail: older }), [older, [older]])
  assert.deepEqual(threaded({ part_id: '8', thread }), [thread[1], [ours, ...thread]])
  assert.deepEqual(threaded({ part_id: '8', thread, started_by_contact: true }), [thread[1], thread])
  assert.deepEqual(threaded({ part_id: '8', started_by_contact: true }), [ours, [ours]])
})
