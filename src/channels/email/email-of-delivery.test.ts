// A delivery as an email: the addresses that lead back to it, and what it is threaded under.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outgoing } from '../channel.ts'
import { deliveryNamedBy, mailNamedBy } from './addresses.ts'
import { compose, messageId } from './compose.ts'
import { letter } from './email-of-delivery.ts'

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

test('without a domain for replies, they and bounces go to the mailbox that sends', () => {
  const email = letter(outgoing(), { ...SETTINGS, reply_domain: null })
  assert.deepEqual([email.reply_to, email.return_path], [null, null])
  assert.deepEqual(compose(email).envelope?.from, { name: '', address: 'hello@example.com' })
})

test('where the mail server sends for nobody else, bounces go to the mailbox that sends', () => {
  const { reply_to, return_path } = letter(outgoing(), { ...SETTINGS, bounces: false })
  assert.match(reply_to!, /^reply-/)
  assert.equal(return_path, null)
})

test('an address made for one thing cannot be used for the other', () => {
  const { reply_to, return_path } = letter(outgoing(), SETTINGS)
  assert.equal(deliveryNamedBy(reply_to!.replace('reply', 'bounce'), SETTINGS.secret), undefined)
  assert.equal(deliveryNamedBy(return_path!.replace('bounce', 'reply'), SETTINGS.secret), undefined)
  assert.equal(deliveryNamedBy(reply_to!, 'another secret'), undefined)
})

test('replies and bounces come back to the delivery, whatever case mail servers make of the address', () => {
  const email = letter(outgoing({ id: '99999999999' }), SETTINGS)
  const delivery = { workspace_id: 'ab12cd34', delivery_id: '99999999999' }
  assert.deepEqual(deliveryNamedBy(email.reply_to!.toUpperCase(), SETTINGS.secret), { kind: 'reply', ...delivery })
  assert.deepEqual(deliveryNamedBy(email.return_path!, SETTINGS.secret), { kind: 'bounce', ...delivery })
  assert.deepEqual(compose(email).envelope?.from, { name: '', address: email.return_path })
})

test('a Message-ID names the message or the part; nobody else’s names one', () => {
  const named = (more: object) => mailNamedBy(messageId(letter(outgoing(more), SETTINGS)))
  assert.deepEqual(named({}), { kind: 'message', id: '19', workspace_id: 'ab12cd34' })
  assert.deepEqual(named({ part_id: '8' }), { kind: 'part', id: '8', workspace_id: 'ab12cd34' })
  for (const other of ['<message-19@example.com>', '<x-19.ab12cd34@a>', 'message-19.ab12cd34@a', '<part-.ab12cd34@a>'])
    assert.equal(mailNamedBy(other), undefined, other)
})

test('an answer stands under our message and the latest mail, or under the mail that began it all', () => {
  const ours = '<message-19.ab12cd34@example.com>'
  const thread = ['<first@example.org>', '<second@example.org>']
  const threaded = (more: Partial<Outgoing>) => {
    const { in_reply_to, references } = letter(outgoing(more), SETTINGS)
    return [in_reply_to, references]
  }
  assert.deepEqual(threaded({}), [null, []])
  assert.deepEqual(threaded({ part_id: '8' }), [ours, [ours]])
  assert.deepEqual(threaded({ part_id: '8', thread }), [thread[1], [ours, ...thread]])
  assert.deepEqual(threaded({ part_id: '8', thread, begun_by_contact: true }), [thread[1], thread])
  assert.deepEqual(threaded({ part_id: '8', begun_by_contact: true }), [ours, [ours]])
})
