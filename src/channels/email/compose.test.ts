// Composing a mail: its headers and bodies, and that no text in it can inject anything.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ParsedMail, simpleParser } from 'mailparser'
import { createTransport } from 'nodemailer'
import { compose, type OutgoingEmail } from './compose.ts'

function email(changes: Partial<OutgoingEmail> = {}): OutgoingEmail {
  return {
    delivery_id: '1',
    workspace_id: 'w',
    identity: 'message-19.ab12cd34',
    from: { name: 'Ann Lee', address: 'ann@example.com' },
    return_path: null,
    reply_to: null,
    to: [{ name: 'Bob', address: 'bob@example.org' }],
    cc: [],
    recipient: 'bob@example.org',
    subject: 'Welcome aboard',
    body: '<p>Hi Bob,</p><p>see <a href="https://example.com/docs">the docs</a>.</p>',
    layout: 'plain',
    sender: { name: 'Ann Lee', avatar_url: 'https://cdn.example.com/ann.png', workspace_name: 'Acme' },
    unsubscribe_url: null,
    in_reply_to: null,
    references: [],
    date: new Date('2026-03-01T12:00:00Z'),
    ...changes,
  }
}

const library = createTransport({ streamTransport: true, buffer: true, newline: 'windows' })
const built = (changes?: Partial<OutgoingEmail>) => compose(email(changes)).then((mail) => library.sendMail(mail))
const raw = async (changes?: Partial<OutgoingEmail>) => String((await built(changes)).message)
const parsed = async (changes?: Partial<OutgoingEmail>): Promise<ParsedMail> => simpleParser(await raw(changes))
const headersOf = (mail: string) =>
  mail
    .slice(0, mail.indexOf('\r\n\r\n'))
    .replace(/\r\n[ \t]/g, ' ')
    .split('\r\n')
const named = (mail: string) => headersOf(mail).map((line) => line.split(':')[0])

test('no text can inject another header', async () => {
  const evil = 'x\r\nBcc: victim@example.net\r\n\r\n<script>'
  const mail = await raw({
    subject: evil,
    from: { name: evil, address: `ann@example.com${evil}` },
    return_path: `b@example.com${evil}`,
    reply_to: `r@example.com${evil}`,
    to: [{ name: evil, address: `bob@example.org${evil}` }],
    cc: [{ name: 'a\u2028b\nc', address: 'c@example.org' }],
    recipient: `bob@example.org${evil}`,
    in_reply_to: `<a@b>${evil}`,
    references: [`<a@b>${evil}`],
    unsubscribe_url: `https://example.com/u${evil}`,
  })
  assert.deepEqual(named(mail).sort(), [
    ...['Cc', 'Content-Type', 'Date', 'From', 'In-Reply-To', 'List-Unsubscribe', 'List-Unsubscribe-Post'],
    ...['MIME-Version', 'Message-ID', 'References', 'Reply-To', 'Subject', 'To'],
  ])
})

test('an address is always a single address', async () => {
  const { envelope } = await built({ recipient: 'a@example.org, b@example.net <c@example.com>' })
  assert.equal(envelope.to.length, 1)
  assert.doesNotMatch(envelope.to[0]!, /[<>\r\n]/)
  const { to } = await parsed({ to: [{ name: 'boss@example.net, Bob', address: 'bob@example.org' }] })
  assert.deepEqual([to].flat()[0]!.value, [{ name: 'boss@example.net, Bob', address: 'bob@example.org' }])
})

test('a name cannot change the reading direction', async () => {
  const { from } = await parsed({ from: { name: 'Ann\u202egnp.exe', address: 'ann@example.com' } })
  assert.equal(from!.value[0]!.name, 'Ann gnp.exe')
})

test('the envelope recipient is independent of the headers', async () => {
  const changes = {
    to: [{ name: 'Bob', address: 'bob@example.org' }],
    cc: [{ name: '', address: 'carol@example.org' }],
    recipient: 'blind@example.org',
  }
  assert.deepEqual((await built(changes)).envelope, { from: 'ann@example.com', to: ['blind@example.org'] })
  const mail = await parsed(changes)
  assert.equal([mail.to].flat()[0]!.text, '"Bob" <bob@example.org>')
  assert.equal([mail.cc].flat()[0]!.text, 'carol@example.org')
  assert.equal(mail.bcc, undefined)
  assert.doesNotMatch(await raw(changes), /blind/)
})

test('text in any script arrives unchanged, in names, subject and body', async () => {
  for (const words of ['Žofie & Ünal — 50 €', '日本語のメールです', 'مرحبا بالعالم', '👩‍👩‍👧 family', 'plain words']) {
    const mail = await parsed({
      subject: words,
      from: { name: words, address: 'ann@bücher.example' },
      body: `<p>${words.replace('&', '&amp;')}</p>`,
    })
    assert.equal(mail.subject, words)
    assert.equal(mail.from!.value[0]!.name, words)
    assert.equal(mail.text!.trim(), words)
    assert.match(mail.html as string, new RegExp(words.replace('&', '&amp;')))
    assert.equal(mail.messageId, '<message-19.ab12cd34@xn--bcher-kva.example>')
  }
  const { envelope } = await built({ recipient: 'bob@例え.jp' })
  assert.deepEqual(envelope.to, ['bob@xn--r8jz45g.jp'])
})

test('no line is longer than mail servers accept', async () => {
  for (const piece of ['x', 'é', '語', 'word ']) {
    const long = piece.repeat(5000).trim()
    const changes = {
      subject: long,
      body: `<p>${long}</p>`,
      from: { name: long, address: 'ann@example.com' },
      references: Array.from({ length: 500 }, (_, i) => `<part-${i}.0123456789abcdef@mail.example.com>`),
    }
    const mail = await raw(changes)
    assert.ok(mail.split('\r\n').every((line) => Buffer.byteLength(line) < 998))
    assert.doesNotMatch(mail, /[^\r]\n|\r[^\n]/)
    const { subject, text, references } = await simpleParser(mail)
    // A header cannot break within a word.
    assert.equal(subject, piece === 'x' ? long.replace(/x{900}(?=x)/g, '$& ') : long)
    assert.equal(text!.trim(), long)
    assert.deepEqual(
      [references!.length, references![0], references!.at(-1)],
      [20, changes.references[0], changes.references[499]],
    )
  }
})

test('empty names are left out, and unusual ones are quoted', async () => {
  for (const [name, header] of [
    ['', 'From: ann@example.com'],
    [' \t\n', 'From: ann@example.com'],
    ['O\'Neil, "Ann" \\ (x)', 'From: "O\'Neil, \\"Ann\\" \\\\ (x)" <ann@example.com>'],
  ] as const) {
    assert.ok(headersOf(await raw({ from: { name, address: 'ann@example.com' } })).includes(header))
  }
  const names = named(await raw({ subject: ' ', to: [] }))
  assert.ok(!names.includes('Subject') && !names.includes('To'))
})

test('the same email is the same mail each time, under the same Message-ID', async () => {
  const changes = { unsubscribe_url: 'https://example.com/u/1' }
  assert.deepEqual(await compose(email(changes)), await compose(email(changes)))
  for (const _attempt of [1, 2]) assert.equal((await parsed(changes)).messageId, '<message-19.ab12cd34@example.com>')
})

test('a reply refers to the mails that it answers', async () => {
  const long = `<${'x'.repeat(400)}@example.com>`
  assert.equal((await parsed({ in_reply_to: long })).inReplyTo, long)
  const mail = await parsed({
    in_reply_to: '<message-19.w@example.com>',
    references: ['<message-19.w@example.com>', '<part-3.w@example.com>'],
    reply_to: 'reply-1@in.example.com',
  })
  assert.equal(mail.inReplyTo, '<message-19.w@example.com>')
  assert.deepEqual(mail.references, ['<message-19.w@example.com>', '<part-3.w@example.com>'])
  assert.deepEqual(mail.replyTo!.value, [{ name: 'Ann Lee', address: 'reply-1@in.example.com' }])
  assert.deepEqual(mail.date, new Date('2026-03-01T12:00:00Z'))
})

test('a mail with an unsubscribe link has it in the headers and in the text', async () => {
  const url = 'https://example.com/unsubscribe/abc?x=1&y=2'
  for (const layout of ['plain', 'personal'] as const) {
    const mail = await raw({ unsubscribe_url: url, layout })
    assert.ok(headersOf(mail).includes(`List-Unsubscribe: <${url}>`))
    assert.ok(headersOf(mail).includes('List-Unsubscribe-Post: List-Unsubscribe=One-Click'))
    const { text, html } = await simpleParser(mail)
    assert.ok(text!.includes(`Unsubscribe: ${url}`))
    assert.ok((html as string).includes('href="https://example.com/unsubscribe/abc?x=1&amp;y=2"'))
  }
  assert.doesNotMatch(await raw(), /unsubscribe/i)
})

test('a plain mail contains only its body', async () => {
  const { text, html } = await parsed()
  assert.equal(text, 'Hi Bob,\n\nsee the docs (https://example.com/docs).')
  assert.match(html as string, /<p>Hi Bob,<\/p><p>see <a href="https:\/\/example.com\/docs">the docs<\/a>\.<\/p>/)
  assert.doesNotMatch(html as string, /<table|<img|Acme/)
})

test('a personal mail shows its sender', async () => {
  const { text, html } = await parsed({ layout: 'personal', body: '<p>Hi</p><img src="https://example.com/wide.png">' })
  assert.match(text!, /^Hi\n\n.*\n\n-- \nAnn Lee\nAcme$/)
  assert.match(html as string, /<img src="https:\/\/cdn\.example\.com\/ann\.png"[^>]*border-radius/)
  assert.match(html as string, /<strong>Ann Lee<\/strong><br><span[^>]*>Acme</)
  assert.match(html as string, /<img style="max-width:100%;height:auto" src="https:\/\/example\.com\/wide\.png">/)
})

test('a sender without a picture is shown by an initial, and one without a name by the workspace', async () => {
  const html = async (sender: OutgoingEmail['sender']) => (await parsed({ layout: 'personal', sender })).html as string
  assert.match(await html({ name: 'émile', avatar_url: null, workspace_name: 'Acme' }), />É<\/div>/)
  assert.match(await html({ name: 'Ann', avatar_url: 'javascript:x()', workspace_name: 'Acme' }), />A<\/div>/)
  const nameless = await html({ name: '', avatar_url: null, workspace_name: 'B&B "<script>"' })
  assert.match(nameless, /<strong>B&amp;B &quot;&lt;script&gt;&quot;<\/strong><\/td>/)
  assert.ok(await html({ name: '', avatar_url: null, workspace_name: '' }))
})
