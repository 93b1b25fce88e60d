// A generated life of collections and articles: after any steps the tree is whole, places are kept, and every address that
// was public leads to its article as long as there is one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Call, testApp } from '../app.ts'

const t = await testApp({ public_url: 'https://help.example.test' })

type Article = { parents: string[]; state: string; title: string; french: string | null; draft: string | null }

/** What the server should have. */
type Life = {
  call: Call
  author_id: string
  /** The parents of collections, by id. */
  collections: Map<string, string | null>
  articles: Map<string, Article>
  /** The articles at addresses that were public. */
  addresses: Map<string, string>
}

const nth = <Key>(map: ReadonlyMap<Key, unknown>, n: number): Key | undefined => [...map.keys()][n % map.size]

async function ok({ call }: Life, route: string, body?: object) {
  const answer = await call(route, body)
  assert.equal(answer.status, 200, `${route} ${JSON.stringify(body)} ${answer.text}`)
  return answer.body
}

/** Returns whether a collection is the other one, or within it. */
function isWithin({ collections }: Life, id: string | null | undefined, top: string): boolean {
  return id === top || (!!id && isWithin({ collections } as Life, collections.get(id), top))
}

async function change(life: Life, id: string, body: object) {
  const { url } = await ok(life, `PUT /articles/${id}`, body)
  if (url) life.addresses.set(url, id)
}

/** `n` makes names; `a` and `b` choose among the objects. */
type Run = (life: Life, n: number, a: number, b: number) => Promise<unknown>

const STEPS: Record<string, Run> = {
  async addCollection(life, n, a) {
    const parent_id = n % 3 ? (nth(life.collections, a) ?? null) : null
    const answer = await life.call('POST /help_center/collections', { name: `Collection ${n}`, parent_id })
    if (answer.status === 200) life.collections.set(answer.body.id, parent_id)
    else assert.match(answer.text, /20 levels/)
  },
  async moveCollection(life, n, a, b) {
    const id = nth(life.collections, a)
    const parent_id = n % 4 ? (nth(life.collections, b) ?? null) : null
    if (!id) return
    const { status, text } = await life.call(`PUT /help_center/collections/${id}`, { parent_id })
    if (parent_id && isWithin(life, parent_id, id)) assert.equal(status, 400)
    else if (status === 200) life.collections.set(id, parent_id)
    else assert.match(text, /20 levels/)
  },
  async deleteCollection(life, _n, a) {
    const id = nth(life.collections, a)
    if (!id) return
    await ok(life, `DELETE /help_center/collections/${id}`)
    const gone = [...life.collections.keys()].filter((other) => isWithin(life, other, id))
    for (const other of gone) life.collections.delete(other)
    for (const article of life.articles.values())
      article.parents = article.parents.filter((parent) => !gone.includes(parent))
  },
  async addArticle(life, n, a) {
    const parent = nth(life.collections, a)
    const parents = parent ? [parent] : []
    const title = `Article ${n}`
    const { id } = await ok(life, 'POST /articles', { title, author_id: life.author_id, parent_ids: parents })
    life.articles.set(id, { parents, state: 'draft', title, french: null, draft: null })
  },
  async place(life, _n, a, b) {
    const id = nth(life.articles, a)
    const parents = [...new Set([nth(life.collections, b), nth(life.collections, a)])].flatMap((parent) => parent ?? [])
    if (!id) return
    await change(life, id, { parent_ids: parents })
    life.articles.get(id)!.parents = parents
  },
  async publish(life, _n, a) {
    const id = nth(life.articles, a)
    if (!id) return
    const article = life.articles.get(id)!
    await change(life, id, { state: 'published' })
    Object.assign(article, { state: 'published', title: article.draft ?? article.title, draft: null })
  },
  async unpublish(life, _n, a) {
    const id = nth(life.articles, a)
    if (!id) return
    const article = life.articles.get(id)!
    await change(life, id, { state: 'draft' })
    Object.assign(article, { state: 'draft', title: article.draft ?? article.title, draft: null })
  },
  async rename(life, n, a) {
    const id = nth(life.articles, a)
    if (!id) return
    const article = life.articles.get(id)!
    await change(life, id, { title: `Renamed ${n}` })
    article[article.draft === null ? 'title' : 'draft'] = `Renamed ${n}`
  },
  async translate(life, n, a) {
    const id = nth(life.articles, a)
    if (!id) return
    const french = n % 3 ? `Traduit ${n}` : null
    await change(life, id, { translated_content: { fr: french === null ? null : { title: french } } })
    life.articles.get(id)!.french = french
  },
  async stage(life, n, a) {
    const id = nth(life.articles, a)
    if (!id) return
    const article = life.articles.get(id)!
    const { status } = await life.call(`PUT /articles/${id}/draft`, { title: `Staged ${n}` })
    assert.equal(status, article.state === 'published' ? 200 : 422)
    if (status === 200) article.draft = `Staged ${n}`
  },
  async deleteArticle(life, _n, a) {
    const id = nth(life.articles, a)
    if (!id) return
    await ok(life, `DELETE /articles/${id}`)
    life.articles.delete(id)
  },
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has
const all = async (life: Life, path: string): Promise<any[]> => {
  const { data, total_count } = await ok(life, `GET ${path}?per_page=150`)
  assert.equal(data.length, total_count)
  return data
}

async function assertWhole(life: Life) {
  const collections = await all(life, '/help_center/collections')
  assert.deepEqual(new Map(collections.map(({ id, parent_id }) => [id, parent_id])).size, life.collections.size)
  for (const { id, parent_id } of collections) assert.equal(life.collections.get(id), parent_id, id)
  for (const siblings of Map.groupBy(collections, ({ parent_id }) => parent_id).values()) {
    const places = siblings.map(({ order }) => order)
    assert.equal(new Set(places).size, places.length, 'two collections have the same place')
  }
  const articles = await all(life, '/articles')
  assert.equal(articles.length, life.articles.size)
  for (const article of articles) {
    const expected = life.articles.get(article.id)!
    assert.deepEqual(
      [article.title, article.state, article.parent_ids, article.has_unpublished_changes],
      [expected.title, expected.state, expected.parents.map(Number), expected.draft !== null],
    )
    assert.equal(article.translated_content.fr?.title ?? null, expected.french)
    assert.equal(article.url !== null, expected.state === 'published')
  }
  for (const [address, id] of life.addresses) {
    const named = /\/articles\/(\d+)/.exec(address)?.[1]
    assert.equal(named, id)
    const { status } = await life.call(`GET /articles/${named}`)
    assert.equal(status, life.articles.has(id) ? 200 : 404, address)
  }
}

const step = fc.record({ kind: fc.constantFrom(...Object.keys(STEPS)), a: fc.nat(50), b: fc.nat(50) })

test('a generated life of collections and articles leaves no orphan, keeps places, and its addresses', async () => {
  const steps = fc.array(step, { minLength: 60, maxLength: 60 })
  const property = fc.asyncProperty(steps, async (life_steps) => {
    const { call, created } = await t.another()
    const [{ id }] = (await call('GET /help_center/help_centers')).body.data
    await call(`PUT /extensions/help_centers/${id}`, { locales: ['en', 'fr'] })
    const life: Life = {
      ...{ call, author_id: created.admin_id },
      ...{ collections: new Map(), articles: new Map(), addresses: new Map() },
    }
    for (const [n, { kind, a, b }] of life_steps.entries()) await STEPS[kind]!(life, n, a, b)
    await assertWhole(life)
  })
  await fc.assert(property, { numRuns: Number(process.env['LIFE_RUNS'] ?? 8), endOnFailure: true })
})
