// A crawl of a local site with redirects, errors, forbidden pages and a trap of endless links. `CRAWL_PAGES=500` makes the site
// larger: with 100 pages the test takes two seconds.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { type SafeFetch, safeFetcher } from '#net/safe-fetch.ts'
import { NEARBY, testApp } from '../../../../test/app.ts'
import { findSource } from '../queries.ts'
import { beginCrawl, crawlStep } from './crawl.ts'

const PAGES = Number(process.env['CRAWL_PAGES'] ?? 100)

/** How often each path was asked for, and how many more requests for a path fail. */
const asked = new Map<string, number>()
const failing = new Map<string, number>()
let is_gone = false

const link = (path: string) => `<a href="${path}">${path}</a>`
const html = (title: string, content: string) =>
  `<html><head><title>${title}</title><style>b{}</style></head><body><nav>Menu</nav><h1>${title}</h1>${content}<script>alert(1)</script></body></html>`

/** Each page links to the two after it; some links lead elsewhere. */
function contentOf(n: number): string {
  const next = [2 * n, 2 * n + 1]
    .filter((one) => one <= PAGES && !(is_gone && one === 7))
    .map((one) => link(`/page/${one}#part`))
  return `<p>Text ${n}</p>${next.join('')}${link('/')}${link('http://outside.test/')}${link('mailto:a@b.test')}`
}

const server = createServer((request, response) => {
  const path = request.url ?? ''
  asked.set(path, (asked.get(path) ?? 0) + 1)
  const answer = (status: number, type: string, text: string, more: object = {}) =>
    response.writeHead(status, { 'content-type': type, ...more }).end(text)
  const left = failing.get(path) ?? 0
  if (left) {
    failing.set(path, left - 1)
    return answer(503, 'text/plain', 'busy')
  }
  const number = Number(/^\/page\/(\d+)$/.exec(path)?.[1])
  if (path === '/robots.txt') return answer(200, 'text/plain', 'User-agent: *\nDisallow: /private\nSitemap: /map.xml')
  if (path === '/map.xml') return answer(200, 'application/xml', '<urlset><loc>/only-in-the-map</loc></urlset>')
  if (path === '/')
    return answer(
      200,
      'text/html',
      html(
        'Home',
        ['/page/1', '/private', '/moved', '/away', '/trap/1', '/missing', '/file', '/hidden'].map(link).join(''),
      ),
    )
  if (path === '/moved') return answer(301, 'text/html', '', { location: '/after-the-move' })
  if (path === '/away') return answer(302, 'text/html', '', { location: 'http://outside.test/x' })
  if (path === '/file') return answer(200, 'application/pdf', '%PDF')
  if (path === '/hidden') return answer(200, 'text/html', '<meta name="robots" content="noindex"><p>Hidden</p>')
  if (path === '/page/7' && is_gone) return answer(410, 'text/html', 'gone')
  if (path.startsWith('/trap/'))
    return answer(200, 'text/html', html('Trap', link(`/trap/${Number(path.slice(6)) + 1}`)))
  if (path === '/page/9')
    return response
      .writeHead(200, { 'content-type': 'text/html; charset=iso-8859-1' })
      .end(html('Café', contentOf(9)), 'latin1')
  if (number) return answer(200, 'text/html; charset=utf-8', html(`Page ${number}`, contentOf(number)))
  if (path === '/after-the-move' || path === '/only-in-the-map') return answer(200, 'text/html', html(path, '<p>x</p>'))
  return answer(404, 'text/html', 'none')
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
after(() => server.close())
const site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const t = await testApp()
const { sql } = t.database
const outside: string[] = []
const safe = safeFetcher({ egress: NEARBY, any_port: true })
const fetch: SafeFetch = (url, options) => {
  if (!url.startsWith(`${site}/`)) outside.push(url)
  return safe(url, options)
}

const aSource = async (url = site): Promise<string> => {
  const { body } = await t.call('POST /extensions/content_import_sources', { sync_behavior: 'automatic', url })
  return String(body.id)
}
async function crawl(source_id: string, through = fetch) {
  while (await crawlStep(t.workspace, source_id, through));
}
const pagesOf = (source_id: string) => sql<{ url: string; title: string; html: string }[]>`
  select url, title, html from external_pages
  where workspace_id = ${t.workspace.id} and source_id = ${source_id} order by id`

test('a site that is private has no pages; one that cannot be reached is tried again later', async () => {
  const source = await aSource('http://nobody.test/')
  const unknown = safeFetcher({ resolve: () => Promise.reject(new Error('unknown host')) })
  await assert.rejects(crawl(source, unknown), /unknown host/)
  const states = async () =>
    (await sql<{ state: string }[]>`select distinct state from crawled_addresses where source_id = ${source}`).map(
      ({ state }) => state,
    )
  assert.deepEqual(await states(), ['waiting'])
  await crawl(source, safeFetcher({ resolve: async () => [{ address: '10.0.0.1', family: 4 }] }))
  assert.deepEqual([await states(), (await pagesOf(source)).length], [['failed'], 0])
})

test('nothing is fetched while robots.txt is out of order', async () => {
  const source = await aSource()
  failing.set('/robots.txt', 2)
  for (let times = 0; times < 2; times++)
    await assert.rejects(crawlStep(t.workspace, source, fetch), /robots.txt cannot be read: 503/)
  assert.deepEqual([asked.get('/'), (await pagesOf(source)).length], [undefined, 0])
  await crawlStep(t.workspace, source, fetch)
  assert.ok((await pagesOf(source)).length > 0)
})

test('each page of the host is stored once, after errors and a kill; nothing outside of it is fetched', async () => {
  for (let n = 3; n <= PAGES; n += 3) failing.set(`/page/${n}`, n % 2 ? 1 : 2)
  failing.set(`/page/${PAGES - 1}`, 9)
  const source = await aSource()
  let left = Math.floor(PAGES / 2)
  const killed: SafeFetch = (url, options) => {
    if (left-- === 0) throw new Error('killed')
    return fetch(url, options)
  }
  await assert.rejects(crawl(source, killed), /killed/)
  const before = (await pagesOf(source)).length
  assert.ok(before > 0 && before < PAGES)
  asked.clear()
  await crawl(source)

  const pages = await pagesOf(source)
  const paths = pages.map(({ url }) => url.slice(site.length))
  assert.equal(new Set(paths).size, paths.length)
  const numbered = Array.from({ length: PAGES }, (_, n) => `/page/${n + 1}`).filter(
    (path) => path !== `/page/${PAGES - 1}`,
  )
  const others = ['/', '/after-the-move', '/only-in-the-map']
  const trapped = paths.filter((path) => path.startsWith('/trap/'))
  assert.deepEqual(paths.filter((path) => !trapped.includes(path)).sort(), [...numbered, ...others].sort())
  assert.ok(trapped.length > 0 && trapped.length <= 10, `${trapped.length} pages of the trap`)
  for (const path of ['/private', '/away']) assert.ok((asked.get(path) ?? 0) <= 1)
  assert.equal(asked.get('/private'), undefined)
  assert.deepEqual(outside, [])
  assert.ok(
    [...asked].every(([path, times]) => path === '/robots.txt' || times <= 3),
    JSON.stringify([...asked]),
  )
  const one = pages.find(({ title }) => title === `Page ${PAGES}`)!
  assert.match(one.html, new RegExp(`Page ${PAGES}</h1><p class="no-margin">Text ${PAGES}</p>`))
  assert.ok(!/Menu|alert|style/.test(one.html))
  assert.ok(pages.some(({ title, url }) => title === 'Café' && url.endsWith('/page/9')))
})

test('a later crawl deletes pages that are gone, though no link leads to them; others keep their ids', async () => {
  const source = await aSource()
  await crawl(source)
  const before = new Map((await pagesOf(source)).map(({ url, title }) => [url, title]))
  assert.ok(before.has(`${site}/page/7`))
  const ids = () =>
    sql<
      { id: string }[]
    >`select id from external_pages where source_id = ${source} and url <> ${`${site}/page/7`} order by id`
  const known = await ids()
  is_gone = true
  await beginCrawl(t.workspace, (await findSource(t.workspace, source))!)
  await crawl(source)
  assert.ok(!(await pagesOf(source)).some(({ url }) => url === `${site}/page/7`))
  assert.deepEqual([...(await ids())], [...known])
})

test('a source that is deactivated or deleted is not crawled', async () => {
  const source = await aSource()
  await t.call(`PUT /ai/content_import_sources/${source}`, {
    sync_behavior: 'automatic',
    url: site,
    status: 'deactivated',
  })
  assert.equal(await crawlStep(t.workspace, source, fetch), false)
  assert.equal((await pagesOf(source)).length, 0)
  await t.call(`DELETE /ai/content_import_sources/${source}`)
  assert.equal(await crawlStep(t.workspace, source, fetch), false)
})
