// robots.txt and sitemaps.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mayFetch, readRobots, readSitemap } from './robots.ts'

const URL_OF = (path: string) => `https://example.com${path}`

const RULES: [robots: string, forbidden: string[], allowed: string[]][] = [
  ['', [], ['/', '/a']],
  ['<html>not found</html>', [], ['/a']],
  ['User-agent: *\nDisallow:', [], ['/', '/a']],
  ['User-agent: *\nDisallow: /', ['/', '/a'], []],
  ['User-agent: *\nDisallow: /private # secret\n', ['/private', '/private/a', '/privates'], ['/', '/a/private']],
  ['user-agent: *\ndisallow: /a\nallow: /a/b', ['/a', '/a/c'], ['/a/b', '/a/b/c']],
  ['User-agent: *\nDisallow: /a\nAllow: /a', [], ['/a']],
  ['User-agent: *\nDisallow: /*.pdf$', ['/x.pdf', '/a/b.pdf'], ['/x.pdf?y', '/pdf']],
  ['User-agent: *\nDisallow: /end$', ['/end'], ['/end/', '/ending']],
  ['User-agent: *\nDisallow: /*?*session=', ['/a?session=1', '/a?x=1&session=2'], ['/a?x=1']],
  ['User-agent: other\nDisallow: /', [], ['/a']],
  ['User-agent: Interphone\nDisallow: /mine\n\nUser-agent: *\nDisallow: /', ['/mine'], ['/a']],
  ['User-agent: other\nUser-agent: interphone\nDisallow: /both', ['/both'], ['/a']],
  [`User-agent: *\nDisallow: /${'*a'.repeat(400)}$`, [], [`/${'a'.repeat(390)}`]],
]

for (const [text, forbidden, allowed] of RULES)
  test(`robots.txt: ${JSON.stringify(text).slice(0, 60)}`, () => {
    const robots = readRobots(text)
    for (const path of forbidden) assert.equal(mayFetch(robots, URL_OF(path)), false, path)
    for (const path of allowed) assert.equal(mayFetch(robots, URL_OF(path)), true, path)
  })

test('sitemaps are named anywhere in robots.txt', () => {
  const { sitemaps } = readRobots('Sitemap: https://example.com/a.xml\nUser-agent: *\nDisallow: /x\nsitemap: /b.xml')
  assert.deepEqual(sitemaps, ['https://example.com/a.xml', '/b.xml'])
})

test('a sitemap has pages, an index has sitemaps, and both have a limit', () => {
  const xml = (tag: string) =>
    `<?xml version="1.0"?><${tag}><x><loc> https://example.com/?a=1&amp;b=2 </loc></x><loc>b</loc></${tag}>`
  assert.deepEqual(readSitemap(xml('urlset'), 9), { kind: 'page', urls: [URL_OF('/?a=1&b=2'), 'b'] })
  assert.deepEqual(readSitemap(xml('sitemapindex'), 1), { kind: 'sitemap', urls: [URL_OF('/?a=1&b=2')] })
  assert.deepEqual(readSitemap('<loc>', 9).urls, [])
})
