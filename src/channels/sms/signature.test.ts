// Twilio's signatures: the examples from its own libraries, and wrong ones.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { type Params as Form, signatureOf } from '../../../test/twilio.ts'
import { isSigned, type Signed } from './signature.ts'

const TOKEN = '12345'
const URL = 'https://mycompany.com/myapp.php?foo=1&bar=2'
const FORM = {
  CallSid: 'CA1234567890ABCDE',
  Digits: '1234',
  From: '+14158675309',
  To: '+18005551212',
  Caller: '+14158675309',
}
const SIGNATURE = 'RSOYDt4T1cUTdK1PDd93/VVr8B8='

const signed = (form: Form, changes: Partial<Signed> = {}): Signed => ({
  url: URL,
  text: '',
  params: new Map(Object.entries(form).map(([name, values]) => [name, [values].flat()])),
  signature: SIGNATURE,
  ...changes,
})

test('a signature with another token, or of a changed request, is not valid', () => {
  assert.equal(isSigned('123456', signed(FORM)), false)
  assert.equal(isSigned(TOKEN, signed({ ...FORM, Digits: '1235' })), false)
  assert.equal(isSigned(TOKEN, signed({ ...FORM, More: '' })), false)
  assert.equal(isSigned(TOKEN, signed(FORM, { url: `${URL}&baz=3` })), false)
  assert.equal(isSigned(TOKEN, signed(FORM, { url: URL.replace('https', 'http') })), false)
  for (const signature of ['', 'x', SIGNATURE.toLowerCase(), `${SIGNATURE} `, `${SIGNATURE}${SIGNATURE}`])
    assert.equal(isSigned(TOKEN, signed(FORM, { signature })), false)
})

test('the example of the documentation is valid, with the fields in any order', () => {
  assert.equal(isSigned(TOKEN, signed(FORM)), true)
  assert.equal(isSigned(TOKEN, signed(Object.fromEntries(Object.entries(FORM).reverse()))), true)
})

test('a signature is valid with and without the port', () => {
  const cases: [ours: string, signed_as: string][] = [
    ['https://example.com/x?a=1', 'https://example.com:443/x?a=1'],
    ['https://example.com:443/x?a=1', 'https://example.com/x?a=1'],
    ['http://example.com/x', 'http://example.com:80/x'],
    ['http://example.com:3000/x', 'http://example.com/x'],
    ['http://example.com:3000/x', 'http://example.com:3000/x'],
    ['https://[2001:db8::1]/x', 'https://[2001:db8::1]:443/x'],
  ]
  for (const [url, signed_as] of cases) {
    const signature = signatureOf(TOKEN, signed_as, FORM)
    assert.equal(isSigned(TOKEN, signed(FORM, { url, signature })), true, `${url} signed as ${signed_as}`)
  }
  const other_port = signatureOf(TOKEN, 'https://example.com:8443/x', FORM)
  assert.equal(isSigned(TOKEN, signed(FORM, { url: 'https://example.com/x', signature: other_port })), false)
})

test('several values of one name are signed sorted, each once', () => {
  const form = { MediaUrl: ['b', 'a', 'b'], Body: 'x' }
  const signature = signatureOf(TOKEN, URL, { Body: 'x', MediaUrl: ['a', 'b'] })
  assert.equal(isSigned(TOKEN, signed(form, { signature })), true)
})

test('a body that is not a form is signed by its hash in the URL', () => {
  const text = '{"property": "value", "boolean": true}'
  const bodySHA256 = createHash('sha256').update(text).digest('hex')
  assert.equal(bodySHA256, '0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620')
  const url = `${URL}&bodySHA256=${bodySHA256}`
  const whole = signed({}, { url, text, signature: 'a9nBmqA0ju/hNViExpshrM61xv4=' })
  assert.equal(isSigned(TOKEN, whole), true)
  assert.equal(isSigned(TOKEN, { ...whole, text: text.replace('true', 'false') }), false)
  assert.equal(isSigned(TOKEN, { ...whole, url: `${URL}&bodySHA256=${bodySHA256.replace('0', '1')}` }), false)
})
