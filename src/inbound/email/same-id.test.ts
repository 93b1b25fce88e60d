// Mails with one Message-ID: an exact repeat is received once, another mail is received too.
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { postMail, rawMail, type TestMail } from '../../../test/mail.ts'

const { call } = await testApp()

beforeEach(async () => {
  await call('POST /extensions/sandbox/reset')
})

const bring = async (raw: Buffer | string) => {
  const { status, body, text } = await postMail(call, raw)
  assert.equal(status, 200, text)
  return body
}
const DATE = 'Mon, 23 Nov 2026 10:00:00 +0000'
const mail = ({ headers, ...more }: TestMail = {}) =>
  rawMail({ message_id: '<one@example.org>', ...more, headers: { Date: DATE, ...headers } })
const multipart = (file: string, name = 'a.txt') =>
  `From: joe@example.org\r\nSubject: Files\r\nMessage-ID: <one@example.org>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n` +
  `--b\r\n\r\nSee\r\n--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=${name}\r\n\r\n${file}\r\n--b--`

describe('another mail with the same Message-ID is received', () => {
  const pairs: [what: string, first: Buffer | string, second: Buffer | string][] = [
    ['another text', mail(), mail({ body: 'Something else' })],
    ['one more word', mail({ body: 'Yes' }), mail({ body: 'Yes please' })],
    ['another subject', mail({ subject: 'One' }), mail({ subject: 'Two' })],
    ['another sender', mail(), mail({ from: 'ann@example.org' })],
    ['another recipient in its headers', mail(), mail({ to: 'sales@in.example.com' })],
    ['a copy to somebody', mail(), mail({ headers: { Cc: 'ann@example.org' } })],
    ['another time', mail(), mail({ headers: { Date: 'Mon, 23 Nov 2026 10:00:01 +0000' } })],
    ['an answer to something', mail(), mail({ headers: { 'In-Reply-To': '<two@example.org>' } })],
    ['another file', multipart('1,2'), multipart('1,3')],
    ['another name of the file', multipart('1,2'), multipart('1,2', 'b.txt')],
    ['HTML instead of text', mail(), mail({ headers: { 'Content-Type': 'text/html' } })],
    ['letters of another case', mail({ body: 'no' }), mail({ body: 'NO' })],
  ]
  for (const [what, first, second] of pairs) {
    test(what, async () => {
      const one = await bring(first)
      const two = await bring(second)
      assert.deepEqual([one.outcome, two.outcome], ['begun', 'begun'])
      assert.notEqual(one.conversation_id, two.conversation_id)
      for (const again of [first, second]) assert.equal((await bring(again)).outcome, 'known')
    })
  }

  test('ten at once are ten conversations', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => bring(mail({ body: `Alarm ${n}` }))))
    assert.equal(new Set(answers.map(({ conversation_id }) => conversation_id)).size, 10)
  })

  test('an answer to the id continues the first conversation', async () => {
    const first = await bring(mail())
    await bring(mail({ body: 'Something else' }))
    const answer = await bring(mail({ message_id: '<x@example.org>', headers: { 'In-Reply-To': '<one@example.org>' } }))
    assert.deepEqual([answer.outcome, answer.conversation_id], ['replied', first.conversation_id])
  })
})

describe('the same mail is received once, by whatever way it comes', () => {
  const raw = mail({ body: 'Hello\nthere' }).toString()
  const copies: [what: string, copy: string][] = [
    ['unchanged', raw],
    ['by another server', `Received: from a by b; ${DATE}\r\n${raw}`],
    ['by several', `Received: from a by b\r\nReceived: from b by c\r\n${raw}`],
    ['delivered to another address', `Delivered-To: sales@in.example.com\r\nX-Original-To: x@in.example.com\r\n${raw}`],
    ['with a return path', `Return-Path: <joe@example.org>\r\n${raw}`],
    ['with results of checks', `Authentication-Results: mx; spf=pass\r\nX-Spam-Status: No\r\nARC-Seal: i=1\r\n${raw}`],
    ['resent', `Resent-From: ann@example.org\r\nResent-To: x@in.example.com\r\n${raw}`],
    ['with other line ends', raw.replaceAll('\r\n', '\n')],
    ['with spaces at line ends', raw.replace('Hello\r\n', 'Hello  \r\n')],
    ['with one more empty line', `${raw}\r\n\r\n`],
    [
      'in another encoding',
      raw
        .replace('\r\n\r\n', '\r\nContent-Transfer-Encoding: base64\r\n\r\n')
        .replace('Hello\r\nthere\r\n', `${Buffer.from('Hello\r\nthere\r\n').toString('base64')}\r\n`),
    ],
    ['with a folded subject', raw.replace('Subject: A question', 'Subject: A\r\n question')],
  ]
  for (const [what, copy] of copies) {
    test(what, async () => {
      const outcomes = [await bring(raw), await bring(copy), await bring(raw)].map(({ outcome }) => outcome)
      assert.deepEqual(outcomes, ['begun', 'known', 'known'])
    })
  }

  test('at the same moment', async () => {
    const answers = await Promise.all(copies.map(([, copy]) => bring(copy)))
    assert.equal(answers.filter(({ outcome }) => outcome === 'begun').length, 1)
  })

  test('a copy that is left out is listed once', async () => {
    const automatic = (trace: string) => `${trace}Auto-Submitted: auto-replied\r\n${raw}`
    const ids = [await bring(automatic('')), await bring(automatic('Received: by x\r\n'))].map((one) => one.left_out_id)
    assert.ok(ids[0])
    assert.equal(ids[0], ids[1])
  })
})
