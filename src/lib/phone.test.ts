// Telephone numbers.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CountryCode, getCountries, getExampleNumber, type PhoneNumber } from 'libphonenumber-js'
import examples from 'libphonenumber-js/mobile/examples'
import { e164, providedNumber } from './phone.ts'

test('a text that is not an international number has no E.164 form', () => {
  for (const text of ['', 'abc', '12', '+1234567', '(415) 555-2671', 'call +14155552671', '+']) {
    assert.equal(e164(text), null, text)
  }
})

test('a national number has no E.164 form, although its digits begin with the country code of another country', () => {
  const spellings = [
    ...['(202) 555-0147', '202-555-0147', '2025550147', '312 555 0198', '(818) 555-0121', '646.555.0176', '9195550134'],
    ...['33 91234-5678', '31987654321', '47 99999-8888', '(55) 9123-4567', '811 234 5678', '55 1234 5678'],
    ...[
      '139 1234 5678',
      '13912345678',
      '15123456789',
      '1 391 234 5678',
      '91123456789',
      '8 495 123-45-67',
      '84951234567',
    ],
    ...['0151 23456789', '020 7946 0958', '06 12 34 56 78', '09012345678', '819012345678', '98765 43210', '21 123 456'],
  ]
  for (const text of spellings) assert.equal(e164(text), null, text)
})

test('an international number is read with or without its plus, as text or as a number', () => {
  for (const text of ['5547999998888', 5547999998888, '+5547999998888', '+55 47 99999-8888', '005547999998888']) {
    assert.equal(e164(text), '+5547999998888')
  }
})

test('numbers reserved for tests and fiction are valid', () => {
  assert.equal(e164('+1 555 123 4567'), '+15551234567')
  assert.equal(e164('15005550006'), '+15005550006')
})

type Example = [country: CountryCode, number: PhoneNumber]
const EXAMPLES = getCountries().flatMap((country): Example[] => {
  const number = getExampleNumber(country, examples)
  return number ? [[country, number]] : []
})

test('no country’s national spelling of its example number becomes a number of another country', () => {
  assert.ok(EXAMPLES.length > 200)
  for (const [country, number] of EXAMPLES) {
    const national = number.formatNational()
    const spellings = [
      ...[national, number.nationalNumber, national.replace(/\D/g, '')],
      ...[national.replace(/[ -]/g, '.'), ` ${national.replace(/[()]/g, '')} `, national.replace(/\D+/g, '/')],
    ]
    for (const text of spellings) assert.ok([null, number.number].includes(e164(text)), `${country} ${text}`)
  }
})

test('every country’s example number is read in each international spelling', () => {
  for (const [country, number] of EXAMPLES) {
    const international = number.formatInternational()
    const spellings = [
      ...[number.number, international, `00${number.number.slice(1)}`, international.replace('+', '00 ')],
      ...[international.replace('+', '＋'), international.replace(/ /g, '-'), international.replace(/ /g, '.')],
    ]
    for (const text of spellings) assert.equal(e164(text), number.number, `${country} ${text}`)
  }
})

test('Mexico’s old spelling with a 1 is read as the number without it', () => {
  const spellings = [
    ...['+52 1 55 1234 5678', '+5215512345678', '0052 1 55 1234 5678', '5215512345678', '+52-1-55-1234-5678'],
    ...['+52 (1) 55 1234 5678', '+52 55 1234 5678', '525512345678', '+521 5512345678', ' +52.1.55.1234.5678 '],
  ]
  for (const text of spellings) assert.equal(e164(text), '+525512345678', text)
})

test('what a provider names is no number if it is a short code or a name', () => {
  for (const text of [
    '',
    '+',
    '12345',
    '+12345',
    '72975',
    'ACME',
    '+1202555014x',
    '+02025550147',
    '00',
    '2025550147',
  ]) {
    assert.equal(providedNumber(text), null, text)
  }
})

test('a number that a provider names exists, although the list of numbering plans does not know it', () => {
  const unknown = [
    '+2120000000',
    '+999123456789',
    '+1202555014',
    '+210123456789',
    '+8881234567',
    '+55479999888',
    '+4912345',
  ]
  for (const text of unknown) assert.equal(providedNumber(text), text)
  assert.equal(providedNumber('+5215512345678'), '+525512345678')
})
