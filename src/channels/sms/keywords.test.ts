// The keywords STOP, START and HELP: how they are recognised and answered.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANSWERS, keywordIn, twiml } from './keywords.ts'

const keyword = (Body: string, more: Record<string, string> = {}) =>
  keywordIn(new Map(Object.entries({ Body, ...more }).map(([name, value]) => [name, [value]])))?.keyword

test('a sentence with a keyword in it is an ordinary message', () => {
  for (const body of ['', '!', 'Please stop by at five', 'stop it', 'Yes', 'helpful', 'constructor', 'stop 2', 'St op'])
    assert.equal(keyword(body), undefined, body)
  assert.equal(keywordIn(new Map()), undefined)
})

test('a keyword alone is recognised, in any case and with punctuation', () => {
  for (const body of ['STOP', 'stop', ' Stop. ', '"STOP"', 'Unsubscribe!', 'quit', 'exit', 'stopall', 'cancel', 'end'])
    assert.equal(keyword(body), 'STOP', body)
  for (const body of ['start', 'UNSTOP', 'subscribe', 'restart', 'resubscribe'])
    assert.equal(keyword(body), 'START', body)
  for (const body of ['help', 'INFO', 'Help?']) assert.equal(keyword(body), 'HELP', body)
})

test("a keyword that Twilio's Advanced Opt-Out recognised counts, with any text, and is already answered", () => {
  const params = new Map([
    ['Body', ['ARRET']],
    ['OptOutType', ['STOP']],
  ])
  assert.deepEqual(keywordIn(params), { keyword: 'STOP', is_answered: true })
  assert.equal(keyword('ARRET', { OptOutType: 'SOMETHING' }), undefined)
})

test('an answer names the workspace, and is valid XML with any name', () => {
  assert.match(ANSWERS.STOP('Acme'), /Acme.*START/)
  assert.match(ANSWERS.START('Acme'), /Acme.*HELP.*STOP/)
  assert.match(ANSWERS.HELP('Acme'), /Acme.*STOP/)
  assert.equal(twiml(), '<?xml version="1.0" encoding="UTF-8"?>\n<Response></Response>')
  assert.match(
    twiml('A & <B> "\u0007\ud800😀'),
    /<Response><Message>A &amp; &lt;B&gt; &quot;😀<\/Message><\/Response>$/,
  )
})
