// Twenty questions in words of their own, some of them misspelt: each finds its article among the first three.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findPassages } from '#resources/content/find-passages.ts'
import { testApp } from '../../../test/app.ts'
import { ENGLISH, FRENCH, QUESTIONS } from '../../../test/knowledge/articles.ts'

const t = await testApp()
const author_id = t.created.admin_id
const ids = new Map<string, string>()
const { body: center } = await t.call('POST /extensions/help_centers', {
  ...{ identifier: 'fr', display_name: 'Centre', locales: ['fr'], default_locale: 'fr' },
})
const { body: collection } = await t.call('POST /help_center/collections', { name: 'C', help_center_id: center.id })
for (const [language, articles] of [
  ['en', ENGLISH],
  ['fr', FRENCH],
] as const)
  for (const [key, [title, body]] of Object.entries(articles)) {
    const placed = language === 'fr' ? { parent_ids: [collection.id] } : {}
    const answer = await t.call('POST /articles', {
      ...{ title, body: `<p>${body}</p>`, author_id, state: 'published', ...placed },
    })
    assert.equal(answer.status, 200, answer.text)
    ids.set(`${language} ${key}`, answer.body.id)
  }

QUESTIONS.forEach(([question, key], at) => {
  const is_french = question.includes(' ?') || !ids.has(`en ${key}`)
  const id = ids.get(`${is_french ? 'fr' : 'en'} ${key}`)
  test(`question ${at + 1} finds its article: ${question}`, async () => {
    const { body } = await t.call(`GET /articles/search?${new URLSearchParams({ phrase: question, per_page: '3' })}`)
    const found = body.data.articles.map((article: { id: string }) => article.id)
    assert.ok(found.includes(id), `articles: ${body.data.articles.map(({ title }: { title: string }) => title)}`)
    const passages = await findPassages(t.workspace, { question, for: 'chatbot', limit: 3 }, { public_url: '' })
    assert.ok(
      passages.some(({ source }) => source.id === id),
      `passages: ${passages.map(({ source, score }) => `${source.title} ${score}`)}`,
    )
  })
})
