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

test('words that ask for something else, or only contain an opt-out, are an ordinary message', () => {
  const ordinary = [
    'please stop by the shop',
    'Please stop by',
    'The bus stop',
    'Where do I opt out?',
    'What does opt out mean',
    "Don't stop",
    'do not stop',
    'Stop all the presses',
    'Can you cancel my order?',
    'Cancel, please',
    'please end',
    'Remove please',
    'the end',
    'Is the size end of line?',
    'Quit smoking',
    'opt in',
    'op tout',
    'opt',
    'out',
    'please',
    'thanks',
    'STOP 5',
    'STOP START',
    'Arrêt de bus',
    'El piso alto',
    'Non stop',
    'Halt mich auf dem Laufenden',
    'Help me please',
    'please start',
    '__proto__',
    'стоп-кран',
  ]
  for (const body of ordinary) assert.equal(keyword(body), undefined, body)
})

test('an opt-out in several words counts, with hyphens, line breaks, courtesy and repetition', () => {
  const opt_outs = [
    'Opt out',
    'OPT-OUT',
    'opt_out',
    'OPTOUT',
    'opt\u00a0out.',
    'opt\nout',
    'Opt–out!',
    'STOP ALL',
    'stop-all',
    '  Stop  All  ',
    'StopAll',
    'revoke',
    'REMOVE',
    'Please stop',
    'stop, please!',
    'STOP thanks',
    'Please opt out, thank you',
    'pls unsubscribe me',
    'STOP STOP STOP',
    'STOP!!! 😡',
    'ＳＴＯＰ',
    'Stop texting me',
    "Don't text me",
    'Don’t text me please',
    'Take me off your list.',
    'I want to unsubscribe',
  ]
  for (const body of opt_outs) assert.equal(keyword(body), 'STOP', body)
})

test('the opt-outs of other languages count, with and without accents', () => {
  const opt_outs = [
    'ARRET',
    'Arrêt',
    'arre\u0302t',
    'Arrêter',
    'Désabonner',
    'Désabonnez-moi',
    'ALTO',
    'Parar',
    'Detener',
    'Baja',
    'darme de baja',
    'Cancelar',
    'SAIR',
    'STOPP',
    'Halt',
    'Abmelden',
    'Abbestellen',
    'Afmelden',
    'Uitschrijven',
    'Ferma',
    'Zatrzymaj',
    'Остановить',
    'СТОП',
    'Avsluta',
    'Afmeld',
  ]
  for (const body of opt_outs) assert.equal(keyword(body), 'STOP', body)
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
    ['Body', ['Basta']],
    ['OptOutType', ['STOP']],
  ])
  assert.deepEqual(keywordIn(params), { keyword: 'STOP', is_answered: true })
  assert.equal(keyword('Basta', { OptOutType: 'SOMETHING' }), undefined)
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
