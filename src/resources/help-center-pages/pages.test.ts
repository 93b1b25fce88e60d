// The pages of a help center, as an anonymous reader gets them: sad paths first.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { eventually } from '../../../test/factories.ts'

const t = await testApp({ public_url: 'http://help.test' })
const { id: workspace_id, admin_id } = t.created
const HC = `/hc/${workspace_id}`
const [{ id: center_id }] = (await t.call('GET /help_center/help_centers')).body.data
await t.call(`PUT /extensions/help_centers/${center_id}`, { display_name: 'Acme <Help>', locales: ['en', 'fr', 'ar'] })

type Headers = Record<string, string>
/** Reads as a browser does, without a token. */
const read = (path: string, headers: Headers = {}) => t.call(`GET ${path}`, undefined, { token: null, headers })
const react = (path: string, reaction: string, headers: Headers = {}) =>
  t.call(`POST ${path}/reaction`, `reaction=${reaction}`, {
    ...{ token: null, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers } },
  })
const pathOf = (url: string) => new URL(url).pathname
const create = async (path: string, body: object) => {
  const answer = await t.call(`POST ${path}`, body)
  assert.ok(answer.status < 300, answer.text)
  return answer.body
}
const anArticle = (fields: object = {}) =>
  create('/articles', { title: 'Any', body: '<p>Body</p>', author_id: admin_id, state: 'published', ...fields })
const statisticsOf = async (id: string) => (await t.call(`GET /articles/${id}`)).body.statistics

const collection = await create('/help_center/collections', {
  ...{ name: 'First & steps', description: 'All <b>', translated_content: { fr: { name: 'Premiers pas' } } },
})
const inner = await create('/help_center/collections', { name: 'Inner', parent_id: collection.id })
const article = await anArticle({
  ...{
    title: 'Use <script> tags',
    description: 'A "quoted" text',
    parent_ids: [Number(inner.id), Number(collection.id)],
  },
  body: '<h2>Zebra crossing</h2><p onclick="x()">Hi</p><script>x()</script>',
  translated_content: { fr: { title: 'Utiliser', state: 'published', body: '<p>Bonjour</p>', author_id: admin_id } },
})
const path = pathOf(article.url)

describe('an anonymous reader does not see', () => {
  const missing = async (path: string, headers: Headers = {}) => {
    const answer = await read(path, headers)
    assert.equal(answer.status, 404, path)
    assert.match(String(answer.headers['content-type']), /^text\/html/)
    assert.match(answer.text, /Page not found|Page introuvable/)
    assert.doesNotMatch(answer.text, /rel="canonical"/)
    return answer
  }

  test('what does not exist', async () => {
    for (const rest of [
      '/xx',
      '/en/none',
      '/en/articles/999999-x',
      '/en/articles/none',
      '/en/collections/999999',
      '/a/b/c',
    ])
      await missing(HC + rest)
    for (const path of ['/hc/none', '/hc/none/en', '/hc/none/en/articles/1'])
      assert.doesNotMatch((await missing(path)).text, /Acme/)
  })

  test('drafts, articles of an audience, and languages that are not published', async () => {
    const audience = await create('/audiences', { name: 'A' })
    const hidden = [
      await anArticle({ title: 'Hidden draft', state: 'draft', parent_ids: [Number(collection.id)] }),
      await anArticle({
        title: 'Hidden audience',
        audience_ids: [Number(audience.id)],
        parent_ids: [Number(inner.id)],
      }),
    ]
    for (const { id } of hidden) await missing(`${HC}/en/articles/${id}`)
    await missing(`${HC}/ar/articles/${article.id}`)
    for (const rest of [`/en/collections/${inner.id}-inner`, '/en?q=hidden', '/en'])
      assert.doesNotMatch((await read(HC + rest)).text, /Hidden/)
    assert.equal((await react(`${HC}/en/articles/${hidden[0].id}`, 'happy')).status, 404)
  })

  test('a help center that is off, or that of another workspace', async () => {
    const other = await t.another()
    await other.call(`POST /articles`, { title: 'Theirs', author_id: other.created.admin_id, state: 'published' })
    const { body } = await other.call('GET /articles')
    await missing(`${HC}/en/articles/${body.data[0].id}-theirs`)
    const [theirs] = (await other.call('GET /help_center/help_centers')).body.data
    assert.equal((await read(`/hc/${other.created.id}/en`)).status, 200)
    await other.call(`PUT /extensions/help_centers/${theirs.id}`, { website_turned_on: false })
    await missing(`/hc/${other.created.id}/en`)
    await missing(`/hc/${other.created.id}`)
  })
})

test('the addresses of articles and collections in the API lead to their pages, in all languages', async () => {
  const french = article.translated_content.fr.url
  for (const url of [article.url, french, collection.url, inner.url]) {
    const { status, text } = await read(pathOf(url))
    assert.equal(status, 200, url)
    assert.ok(text.includes(`<link rel="canonical" href="${url}">`), url)
  }
  const japanese = await anArticle({ title: '日本語のとても長い題名'.repeat(9) })
  assert.equal((await read(pathOf(japanese.url))).status, 200)
})

test('texts are escaped, and no script runs', async () => {
  const { text, headers } = await read(path)
  assert.match(text, /<h1>Use &lt;script&gt; tags<\/h1>/)
  assert.match(text, /content="A &quot;quoted&quot; text"/)
  assert.match(text, /Acme &lt;Help&gt;/)
  assert.doesNotMatch(text, /<script|onclick|javascript:/)
  assert.match(String(headers['content-security-policy']), /default-src 'none'; style-src 'self'/)
  assert.doesNotMatch(String(headers['content-security-policy']), /script-src/)
  const { text: results } = await read(`${HC}/en?q=${encodeURIComponent('"><script>alert(1)</script>')}`)
  assert.match(results, /value="&quot;&gt;&lt;script&gt;/)
  assert.doesNotMatch(results, /<script/)
})

test('the help center begins in the language that the reader prefers', async () => {
  const cases: [header: string, locale: string][] = [
    ['', 'en'],
    ['de, it;q=0.5', 'en'],
    ['fr-CA,fr;q=0.9,en;q=0.8', 'fr'],
    ['en;q=0.3, ar', 'ar'],
    ['fr;q=0, en', 'en'],
    [';;;q=x,,', 'en'],
  ]
  for (const [header, locale] of cases) {
    const { status, headers } = await read(HC, { 'accept-language': header })
    assert.deepEqual([status, headers['location']], [302, `${HC}/${locale}`], header)
  }
})

test('the first page has the collections with articles, which have those within them', async () => {
  await create('/help_center/collections', { name: 'Empty one' })
  const { text } = await read(`${HC}/en`)
  assert.match(text, /<html lang="en" dir="ltr">/)
  assert.match(text, /First &amp; steps<\/strong><span>All &lt;b&gt;<\/span><span>1 article</)
  assert.doesNotMatch(text, /Inner|Empty one/)
  const { text: french } = await read(`${HC}/fr`)
  assert.match(french, /<html lang="fr" dir="ltr">[\s\S]*Premiers pas/)
  assert.match((await read(`${HC}/ar`)).text, /<html lang="ar" dir="rtl">/)
  assert.match((await read(pathOf(collection.url))).text, /Inner<\/strong>/)
  const { text: within } = await read(pathOf(inner.url))
  assert.match(within, /All collections<\/a>.*First &amp; steps<\/a><\/nav>/)
  assert.ok(within.includes(`href="${path}"`))
})

test('an article has its path, and links to the languages in which it is published', async () => {
  const { text } = await read(path)
  assert.match(text, /First &amp; steps<\/a>.*Inner<\/a><\/nav>/)
  assert.match(text, new RegExp(`hreflang="fr" href="${HC}/fr/articles/${article.id}-utiliser"`))
  assert.doesNotMatch(text, /hreflang="ar"/)
  assert.match((await read(`${HC}/fr/articles/${article.id}-utiliser`)).text, /Bonjour/)
})

test('a search finds words of public articles in the language, and marks them', async () => {
  const { text } = await read(`${HC}/en?q=zebr`)
  assert.match(text, /<mark>Zebra<\/mark> crossing/)
  assert.ok(text.includes(`href="${path}"`))
  assert.match((await read(`${HC}/fr?q=zebra`)).text, /Aucun résultat/)
  assert.match((await read(`${HC}/en?q=%26%7C!(`)).text, /Nothing was found/)
  assert.equal((await read(`${HC}/en?q=a&q=b`)).status, 200)
})

test('an old title, a title left out, and a slash at the end lead to the address of today', async () => {
  for (const slug of [article.id, `${article.id}-old-title`, `${article.id}-`]) {
    const { status, headers } = await read(`${HC}/en/articles/${slug}`)
    assert.deepEqual([status, headers['location']], [301, path], slug)
  }
  const { headers } = await read(`${HC}/en/collections/${inner.id}-old`)
  assert.equal(headers['location'], pathOf(inner.url))
  assert.equal((await read(`${path}/`)).status, 200)
})

test('redirects of the help center lead to their targets, also with a query', async () => {
  const to = { locale: 'fr', target_type: 'article', target_id: article.id }
  const route = `/help_center/help_centers/${center_id}/redirects`
  await create(route, { from_url: `http://help.test${HC}/old/guide.html?id=7`, ...to })
  await create(route, { from_url: `http://help.test${HC}/blog`, ...to, target_type: 'collection', target_id: inner.id })
  const leads = async (rest: string) => {
    const { status, headers } = await read(HC + rest)
    return [status, headers['location']]
  }
  assert.deepEqual(await leads('/old/guide.html?id=7'), [301, `${HC}/fr/articles/${article.id}-utiliser`])
  assert.deepEqual(await leads('/blog/'), [301, `${HC}/fr/collections/${inner.id}-inner`])
  assert.deepEqual(await leads('/old/guide.html'), [404, undefined])
})

test('an article in a collection of another help center leads there', async () => {
  const center = await create('/extensions/help_centers', { identifier: `second-${workspace_id}`, display_name: 'Two' })
  const second = await create('/help_center/collections', { name: 'Second', help_center_id: center.id })
  const moved = await anArticle({ title: 'Moved', parent_ids: [Number(second.id)] })
  const { status, headers } = await read(`${HC}/en/articles/${moved.id}-moved`)
  assert.deepEqual([status, headers['location']], [301, moved.url])
  assert.equal((await read(pathOf(moved.url))).status, 200)
})

test('with its own domain, a help center links within it', async () => {
  const settings = { identifier: `own-${workspace_id}`, display_name: 'Own', custom_domain: 'own.help.example' }
  await create('/extensions/help_centers', settings)
  const home = `/hc/own-${workspace_id}/en`
  assert.match(
    (await read(home, { host: 'own.help.example' })).text,
    /<form class="search" role="search" action="\/en">/,
  )
  assert.match((await read(home)).text, new RegExp(`action="${home}"`))
})

test('a page that the reader has is not sent again; the stylesheet can be kept', async () => {
  const { headers } = await read(path)
  assert.match(String(headers['cache-control']), /no-cache/)
  const again = await read(path, { 'if-none-match': `"other", W/${headers['etag']}` })
  assert.deepEqual([again.status, again.text], [304, ''])
  await t.call(`PUT /articles/${article.id}`, { description: 'Changed' })
  assert.equal((await read(path, { 'if-none-match': String(headers['etag']) })).status, 200)
  const style = await read(`${HC}/style.css`)
  assert.match(String(style.headers['content-type']), /^text\/css/)
  assert.match(String(style.headers['cache-control']), /immutable/)
})

test('each view is counted, also many at once, and one of an article that is deleted is not', async () => {
  const viewed = await anArticle({ title: 'Viewed' })
  const gone = await anArticle({ title: 'Gone' })
  const { views } = await statisticsOf(viewed.id)
  assert.equal(views, 0)
  const reading = Array.from({ length: 50 }, () => read(pathOf(viewed.url)))
  const last = read(pathOf(gone.url))
  await t.call(`DELETE /articles/${gone.id}`)
  await Promise.all([...reading, last])
  await t.call(`HEAD ${pathOf(viewed.url)}`, undefined, { token: null })
  await read(`${HC}/en/articles/${viewed.id}-old`)
  assert.equal(
    await eventually(
      async () => (await statisticsOf(viewed.id)).views,
      (views) => views >= 50,
    ),
    50,
  )
})

test('a reader has one reaction to an article, and can change it', async () => {
  const liked = await anArticle({ title: 'Liked' })
  const liked_path = pathOf(liked.url)
  assert.equal((await react(liked_path, 'angry')).status, 404)
  const first = await react(liked_path, 'happy')
  assert.deepEqual([first.status, first.headers['location']], [303, `${liked_path}#reaction`])
  const cookie = String(first.headers['set-cookie'])
  assert.match(cookie, /^hc_reader=[\w-]{24}; Path=\/hc\/\w+; Max-Age=\d+; HttpOnly; SameSite=Lax/)
  const mine = { cookie: cookie.split(';')[0] as string }
  await react(liked_path, 'happy', mine)
  await Promise.all(['sad', 'neutral', 'sad', 'neutral'].map((reaction) => react(liked_path, reaction, mine)))
  await react(liked_path, 'sad', mine)
  await react(liked_path, 'happy')
  const { reactions, happy_reaction_percentage, neutral_reaction_percentage, sad_reaction_percentage } =
    await statisticsOf(liked.id)
  assert.deepEqual(
    [reactions, happy_reaction_percentage, neutral_reaction_percentage, sad_reaction_percentage],
    [2, 50, 0, 50],
  )
  assert.match((await read(liked_path, mine)).text, /value="sad" aria-pressed="true"/)
  assert.doesNotMatch((await read(liked_path, { cookie: 'hc_reader=short' })).text, /aria-pressed="true"/)
})
