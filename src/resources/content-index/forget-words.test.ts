// The vocabulary forgets what no content has: nothing that is used, in small steps, and not while content is written.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { forgetWords } from './forget-words.ts'

const t = await testApp()
const { sql } = t.database
const author_id = t.created.admin_id
const publish = async (body: string, call = t.call, author = author_id): Promise<string> =>
  (await call('POST /articles', { title: 'Title', body, author_id: author, state: 'published' })).body.id
const vocabulary = async (workspace_id = t.created.id) =>
  (
    await sql<{ word: string }[]>`select word from content_words where workspace_id = ${workspace_id} order by word`
  ).map(({ word }) => word)

test('an empty vocabulary has nothing to forget', async () => {
  assert.equal(await forgetWords(sql), 0)
})

test('words of a changed and of a deleted content are forgotten, if no other content has them', async () => {
  const other = await t.another()
  await publish('zebra', other.call, other.created.admin_id)
  const [changed, deleted] = [await publish('apple banana'), await publish('banana cherry')]
  await t.call(`PUT /articles/${changed}`, { body: 'apple quince' })
  await t.call(`DELETE /articles/${deleted}`)
  assert.deepEqual(await vocabulary(), ['apple', 'banana', 'cherry', 'quince', 'title'])
  assert.equal(await forgetWords(sql), 2)
  assert.deepEqual(await vocabulary(), ['apple', 'quince', 'title'])
  assert.deepEqual(await vocabulary(other.created.id), ['title', 'zebra'])
  const { body } = await t.call('GET /articles/search?phrase=bananna')
  assert.equal(body.total_count, 0)
})

test('a run ends after so many words, and the next one goes on', async () => {
  const id = await publish(Array.from({ length: 30 }, (_, n) => `word${n}`).join(' '))
  await t.call(`DELETE /articles/${id}`)
  const runs: number[] = []
  for (let run = 0; run < 5; run++) runs.push(await forgetWords(sql, { batch: 4, most_batches: 3 }))
  assert.ok(Math.max(...runs) <= 12, String(runs))
  assert.equal(
    runs.reduce((sum, count) => sum + count),
    30,
  )
  assert.deepEqual(await vocabulary(), ['apple', 'quince', 'title'])
})

test('a word that a content has which is not committed yet stays', async () => {
  const id = await publish('walnut')
  await t.call(`DELETE /articles/${id}`)
  await sql.begin(async (transaction) => {
    await transaction`select hold_content_words(${t.created.id})`
    assert.equal(await forgetWords(sql), 0)
  })
  assert.ok((await vocabulary()).includes('walnut'))
  assert.equal(await forgetWords(sql), 1)
})
