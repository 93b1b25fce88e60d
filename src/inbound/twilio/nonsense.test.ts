// A signed request with any content is answered or refused, and never an error of the server.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sms } from '../../../test/sms.ts'
import { newSid, type Params } from '../../../test/twilio.ts'

const s = await sms()

const value = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom('', '\0', '\0\0x', '+12025550123', 'STOP', 'delivered', 'failed', '21610', '-1', '1e400', 'null'),
  fc.constantFrom('<Response/>', '%', 'x'.repeat(20_000), '😀'.repeat(500), '\u202e', 'https://x', '99999999999999'),
)
const names = 'From To Body NumMedia MediaUrl0 MediaContentType0 OptOutType MessagingServiceSid MessageStatus ErrorCode'
const name = fc.oneof(
  fc.constantFrom(...names.split(' ')),
  fc.constantFrom('__proto__', 'constructor', 'toString', ' '),
)
const form = fc
  .array(fc.tuple(name, fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 }))), { maxLength: 8 })
  .map((entries): Params => Object.fromEntries(entries))

for (const webhook of ['inbound', 'status'] as const) {
  test(`${webhook} accepts or refuses any signed form`, async () => {
    const send = async (form: Params, sid: string) => {
      const params = { AccountSid: s.peer.account_sid, MessageSid: sid, From: '+12025550123', ...form }
      const { status, text } = await s.peer.call(s[webhook], params)
      assert.ok(status < 500 && status !== 403, `${status} ${text}`)
    }
    const sid = fc.oneof(fc.constant(newSid('SM')), value)
    await fc.assert(fc.asyncProperty(form, sid, send), { seed: 11, numRuns: 150 })
  })
}
