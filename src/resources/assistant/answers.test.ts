// Answers without a model: fifty questions that the manual answers, and ten that it does not, over the whole manual.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { ENGLISH, FRENCH } from '../../../test/knowledge/articles.ts'
import { ANSWERED, publishManual, UNANSWERED } from '../../../test/knowledge/manual.ts'
import { answer } from './answer.ts'

const t = await testApp()
await publishManual(t.call, t.created.admin_id)
for (const [title, body] of [...Object.values(ENGLISH), ...Object.values(FRENCH)])
  await t.call('POST /articles', { title, body: `<p>${body}</p>`, author_id: t.created.admin_id, state: 'published' })

const ask = (question: string, more = {}) =>
  answer(t.workspace, { question, for: 'chatbot', ...more }, { public_url: 'https://interphone.example.com' })

test('a question without words, and one that is far too long, have no answer', async () => {
  assert.equal(await ask(''), undefined)
  assert.equal(await ask('?!'), undefined)
  assert.equal(await ask('zzyzx '.repeat(20_000)), undefined)
})

for (const question of UNANSWERED)
  test(`no answer is made up: ${question}`, async () => {
    assert.equal(await ask(question), undefined)
  })

test('of fifty questions in other words, the right source comes first for at least forty', async (context) => {
  const wrong: string[] = []
  for (const [question, title] of ANSWERED) {
    const found = await ask(question)
    if (found?.sources[0]?.title !== title) wrong.push(`${question} → ${found?.sources[0]?.title}`)
  }
  const { count } = await t.database.sql`select from content_passages`
  context.diagnostic(`${count} passages: ${ANSWERED.length - wrong.length} of ${ANSWERED.length} right`)
  assert.ok(count >= 300)
  assert.equal(ANSWERED.length, 50)
  assert.ok(wrong.length <= 10, wrong.join('\n'))
})

test('the answer quotes the passage, and names its source with a link', async () => {
  const found = await ask('Who pays for a puncture?')
  assert.equal(found!.written_by, 'passages')
  assert.match(found!.text, /^A puncture costs you nothing\./)
  assert.deepEqual(
    found!.sources.map(({ title }) => title),
    ['Punctures'],
  )
  assert.match(found!.html, /<p>A puncture costs you nothing\..*<\/p>\n<ul><li>.*Punctures.*<\/li><\/ul>$/)
})

test('with a locale, only content in its language answers', async () => {
  assert.equal((await ask('Vélos électriques autonomie batterie', { locale: 'fr' }))?.sources[0]?.locale, 'fr')
  assert.equal(await ask('Combien de temps la carte cadeau est-elle valable ?', { locale: 'en' }), undefined)
})
