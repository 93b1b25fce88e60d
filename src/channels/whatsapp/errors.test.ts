// Meta's documented errors: which fail a delivery, and which are retried.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failure, refusal } from './errors.ts'

const refused = (code: number, more: object = {}, status = 400) =>
  refusal({ error: { code, message: `(#${code}) Words of Meta's`, ...more }, status }, 'the answer')

const FINAL = [
  ...[100, 131008, 131009, 130472, 130497, 131021, 131026, 131030, 131047, 131050, 131051],
  ...[132000, 132001, 132005, 132007, 132012, 132015, 132016],
]
const OF_ACCOUNT = [0, 190, 3, 10, 200, 250, 299, 368, 131005, 131031, 131037, 131042, 131045]
const PASSING = [4, 80007, 130429, 131000, 131016, 131048, 131049, 131052, 131053, 131056, 131057, 131064, 133016]

test('an error of the message or the recipient fails the delivery, with a reason for people', () => {
  for (const code of FINAL) {
    const outcome = refused(code)
    assert.equal(outcome.outcome, 'failed', String(code))
    assert.equal(outcome.code, String(code))
    assert.match(outcome.reason, /^[A-Z][^#]{15,}$/, String(code))
    assert.equal(outcome.answer, 'the answer')
  }
})

test('an account error is retried, and the reason names the account', () => {
  for (const outcome of [...OF_ACCOUNT.map((code) => refused(code, {}, 401)), refused(100, { error_subcode: 33 })]) {
    assert.equal(outcome.outcome, 'retry', outcome.code)
    assert.match(outcome.reason, /^The channel account cannot be used\. [A-Z][^#]{15,}$/)
    assert.match(outcome.details ?? '', /Words of Meta's$/)
  }
})

test('limits, maintenance and outages at Meta are retried after a suitable time', () => {
  const waits = PASSING.map((code) => {
    const outcome = refused(code)
    assert.equal(outcome.outcome, 'retry', String(code))
    assert.match(outcome.reason, /^[A-Z][^#]{15,}$/)
    return [code, (outcome.outcome === 'retry' && outcome.retry_after) || 0]
  })
  assert.deepEqual(Object.fromEntries(waits), {
    ...{ 4: 60, 80007: 60, 130429: 0, 131000: 0, 131016: 0, 131048: 3600, 131049: 21_600, 131052: 60, 131053: 60 },
    ...{ 131056: 6, 131057: 300, 131064: 3600, 133016: 3600 },
  })
})

test('for an unknown code the HTTP status and Meta’s is_transient decide', () => {
  assert.equal(refused(999_999).outcome, 'failed')
  assert.equal(refused(999_999).reason, "(#999999) Words of Meta's")
  assert.equal(refused(999_999, { is_transient: true }).outcome, 'retry')
  for (const status of [408, 429, 500, 503]) assert.equal(refused(999_999, {}, status).outcome, 'retry')
  assert.equal(refused(131026, {}, 503).outcome, 'retry')
})

test('the wait that Meta asks for is used, up to a day', () => {
  const wait = (code: number, retry_after: number) => {
    const outcome = refusal({ error: { code }, status: 429, retry_after }, '')
    return outcome.outcome === 'retry' && outcome.retry_after
  }
  assert.deepEqual([wait(130429, 17), wait(131056, 2), wait(4, 1_000_000)], [17, 6, 86_400])
})

test('Meta’s text about this message becomes the details of the error', () => {
  const details = 'Parameter of type text is missing'
  assert.equal(refused(132000, { error_data: { details } }).details, details)
  assert.equal(refused(132000).details, "(#132000) Words of Meta's")
  assert.equal(refused(999_999).details, undefined)
})

test('the reason of a failed status is its title', () => {
  const error = {
    ...{ code: 131026, title: 'Message undeliverable', message: 'Message undeliverable' },
    error_data: { details: 'Recipient phone number not on WhatsApp' },
  }
  const { answer, ...word } = failure(error)
  assert.deepEqual(word, {
    ...{ status: 'failed', code: '131026', reason: 'Message undeliverable' },
    details: 'Recipient phone number not on WhatsApp',
  })
  assert.deepEqual(JSON.parse(answer ?? ''), error)
  assert.deepEqual(failure({}), { status: 'failed', reason: 'Message delivery failed', answer: '{}' })
})
