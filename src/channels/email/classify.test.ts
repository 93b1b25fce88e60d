// Which SMTP refusals fail a delivery, which also mark the address as dead, and which are retried.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodemailerError } from 'nodemailer'
import { classify } from './classify.ts'

const refused = (command: string, response: string) =>
  classify(
    Object.assign(new Error('refused'), {
      command,
      response,
      responseCode: Number(response.slice(0, 3)),
    }) as NodemailerError,
  )

const failed = (code: string, properties: Partial<NodemailerError> = {}) =>
  classify(Object.assign(new Error('it broke'), { code, ...properties }) as NodemailerError)

test('a refusal because the address does not exist is a hard bounce', () => {
  for (const [command, response] of [
    ['RCPT TO', '550 5.1.1 <x@y>: Recipient address rejected: User unknown'],
    ['RCPT TO', '550 No such user here'],
    ['RCPT TO', '551 User not local'],
    ['RCPT TO', '553 sorry, no mailbox here by that name'],
    ['RCPT TO', '550 5.0.0 <x@y>... User unknown'],
    ['RCPT TO', '556 5.1.10 Domain does not accept mail'],
    ['RCPT TO', '550 5.2.1 The account is disabled'],
    ['DATA', '550 5.1.1 No such user'],
  ] as const) {
    const outcome = refused(command, response)
    assert.equal(outcome.outcome, 'failed', response)
    assert.equal(outcome.outcome === 'failed' && outcome.hard_bounce, true, response)
  }
})

test('a refusal for any other reason fails the delivery without a hard bounce', () => {
  for (const [command, response] of [
    ['RCPT TO', '550 5.7.1 Relaying denied'],
    ['RCPT TO', '550 Blocked by our spam policy'],
    ['RCPT TO', '550 Sender verify failed'],
    ['RCPT TO', '552 5.2.2 Mailbox full'],
    ['RCPT TO', '554 Transaction failed'],
    ['RCPT TO', '550 5.1.8 Sender address rejected: domain not found'],
    ['MAIL FROM', '552 5.3.4 Message size exceeds fixed limit'],
    ['DATA', '554 5.7.1 Looks like spam'],
    ['DATA', '550 Message refused'],
    ['DATA', '552 5.3.4 Message too big'],
  ] as const) {
    const outcome = refused(command, response)
    assert.equal(outcome.outcome, 'failed', response)
    assert.equal('hard_bounce' in outcome, false, response)
  }
})

test('a temporary refusal, and one that is not about the message, is retried', () => {
  for (const [command, response] of [
    ['RCPT TO', '450 4.2.0 Greylisted'],
    ['DATA', '452 4.3.1 Out of disk'],
    ['MAIL FROM', '421 4.7.0 Too many connections'],
    ['DATA', '503 Bad sequence of commands'],
    ['CONN', '554 5.7.1 Your host is on a block list'],
    ['EHLO', '550 Go away'],
    ['STARTTLS', '502 Not implemented'],
  ] as const) {
    assert.equal(refused(command, response).outcome, 'retry', response)
  }
})

test('wrong credentials are retried', () => {
  for (const outcome of [
    refused('AUTH PLAIN', '535 5.7.8 Bad credentials'),
    refused('MAIL FROM', '530 5.7.0 Authentication required'),
    refused('AUTH PLAIN', '534 5.7.9 Use an app password'),
    failed('EAUTH', { command: 'API' }),
  ]) {
    assert.deepEqual([outcome.outcome, outcome.code], ['retry', 'smtp_auth'])
  }
  assert.equal(refused('AUTH PLAIN', '454 4.7.0 Temporary authentication failure').code, 'smtp_454_4.7.0')
})

test('a refusal of the sender is an account error, and is retried', () => {
  for (const response of [
    '553 5.1.1 Sender unknown',
    '550 No such sender',
    '554 5.7.1 Not verified',
    '550 5.7.60 No',
  ]) {
    const outcome = refused('MAIL FROM', response)
    assert.equal(outcome.outcome, 'retry', response)
    assert.match(outcome.reason, /^The channel account cannot be used\. The mail server refused the sender: /)
  }
})

test('a missing answer is retried', () => {
  for (const [outcome, code] of [
    [failed('ESOCKET', { originalCode: 'ECONNREFUSED' }), 'smtp_econnrefused'],
    [failed('ECONNECTION'), 'smtp_econnection'],
    [failed('ETIMEDOUT'), 'smtp_etimedout'],
    [failed('EABORT'), 'smtp_etimedout'],
    [failed('EDNS', { originalCode: 'ENOTFOUND' }), 'smtp_enotfound'],
    [failed('ETLS'), 'smtp_etls'],
    [classify(new TypeError('it broke')), 'smtp_error'],
  ] as const) {
    assert.deepEqual([outcome.outcome, outcome.code, 'answer' in outcome], ['retry', code, false])
  }
  assert.deepEqual(failed('EENVELOPE', { command: 'API' }), {
    outcome: 'failed',
    code: 'smtp_invalid_address',
    reason: 'it broke',
  })
})

test('the answer is recorded unchanged, and the reason is a sentence', () => {
  const answer = '550-5.1.1 The account\n550-5.1.1 does not exist.\n550 5.1.1 Sorry'
  assert.deepEqual(refused('RCPT TO', answer), {
    outcome: 'failed',
    code: 'smtp_550_5.1.1',
    reason: 'The mail server refused the recipient: The account does not exist. Sorry',
    answer,
    hard_bounce: true,
  })
  assert.equal(refused('DATA', `450 ${'x'.repeat(1_000_000)}`).answer!.length, 2000)
})

test('a wait that the server asks for is used', () => {
  for (const [words, seconds] of [
    ['Greylisted, please try again in 300 seconds', 300],
    ['4.7.1 Greylisting in action, please come back in 00:04:58', 298],
    ['4.2.0 Try again after 5 minutes', 300],
    ['retry in 90s', 90],
    ['Please wait 2 hours', 7200],
    ['Try again in 1 hour', 3600],
    ['try again later, in 10 min', 600],
    ['Try again in 999999 hours', 86_400],
    ['Try again later', undefined],
    ['You sent 500 messages in 60 minutes', undefined],
    ['try again; error 4251 minor', undefined],
  ] as const) {
    const outcome = refused('RCPT TO', `450 ${words}`)
    assert.equal(outcome.outcome === 'retry' ? outcome.retry_after : null, seconds, words)
  }
})
