// The pages of a help center: its collections, one collection, an article, and the results of a search.
import { excerpts } from '#resources/articles/highlight.ts'
import { type ArticleRow, type ContentRow, findArticle, helpCenterIdOf } from '#resources/articles/queries.ts'
import { findContent } from '#resources/content-index/find.ts'
import { wordsOf } from '#resources/content-index/words.ts'
import { type Center, canonicalHome, canonicalOf, pathOf } from './center.ts'
import { type Html, html, sanitised } from './html.ts'
import type { Page } from './layout.ts'
import {
  type ArticleEntry,
  type CollectionEntry,
  listArticles,
  listCollections,
  listInOrder,
  listPlaced,
  REACTIONS,
  type Reaction,
} from './queries.ts'
import { type Words, wordsIn } from './words.ts'

export async function homePage(center: Center, locale: string): Promise<Page> {
  const words = wordsIn(locale)
  const collections = await listCollections(center.workspace, center, locale)
  const cards = await collectionCards(center, locale, collections, null)
  return {
    title: center.display_name,
    canonical: canonicalHome(center, locale),
    languages: center.locales.map((locale) => ({ locale, href: `${center.base}/${locale}` })),
    content: html`<h1>${words.collections}</h1>${cards ?? html`<p>${words.empty}</p>`}`,
  }
}

/** Undefined if there is no such collection. */
export async function collectionPage(center: Center, locale: string, id: string): Promise<Page | undefined> {
  const collections = await listCollections(center.workspace, center, locale)
  const collection = collections.find((one) => one.id === id)
  if (!collection) return undefined
  const articles = await listArticles(center.workspace, id, locale)
  const cards = await collectionCards(center, locale, collections, id)
  const { name: title, description } = collection
  return {
    title,
    ...(description && { description }),
    canonical: canonicalOf(center, { kind: 'collections', id, title, locale }),
    languages: center.locales.map((locale) => ({
      ...{ locale, href: pathOf(center, { kind: 'collections', id, title, locale }) },
    })),
    path: breadcrumbs(center, locale, collections, collection.parent_id),
    content: html`<h1>${title}</h1>
${description && html`<p class="lead">${description}</p>`}
${cards}
${articles.length > 0 && html`<ul class="cards">${articles.map((one) => articleCard(center, locale, one))}</ul>`}
${!cards && articles.length === 0 && html`<p>${wordsIn(locale).empty}</p>`}`,
  }
}

export type PublicArticle = { article: ArticleRow; content: ContentRow }

/** Returns an article that everyone can read in the locale. */
export async function findPublic(center: Center, locale: string, id: string): Promise<PublicArticle | undefined> {
  const article = await findArticle(center.workspace, id)
  const content = article?.contents.find((one) => one.locale === locale && isPublic(one))
  return article && content && { article, content }
}

const isPublic = ({ state, audience_ids }: ContentRow): boolean => state === 'published' && !audience_ids.length

/** Returns the page; undefined if the article is in another help center. */
export async function articlePage(
  center: Center,
  { article, content }: PublicArticle,
  reaction: Reaction | undefined,
): Promise<Page | undefined> {
  const { locale, title, description } = content
  const collections = await listCollections(center.workspace, center, locale)
  const parent_id = article.parent_ids.find((id) => collections.some((one) => one.id === id)) ?? null
  if (parent_id === null && article.help_center.id !== center.id) return undefined
  const owner = { ...center, ...article.help_center }
  const readable = article.contents.filter((one) => isPublic(one) && center.locales.includes(one.locale))
  return {
    title,
    ...(description && { description }),
    canonical: canonicalOf(owner, { kind: 'articles', id: article.id, title, locale }),
    languages: readable.map((one) => ({
      locale: one.locale,
      href: pathOf(center, { kind: 'articles', id: article.id, title: one.title, locale: one.locale }),
    })),
    path: breadcrumbs(center, locale, collections, parent_id),
    content: html`<article>
<h1>${title}</h1>
${description && html`<p class="lead">${description}</p>`}
${sanitised(content.body)}
</article>
${reactionForm(pathOf(center, { kind: 'articles', id: article.id, title, locale }), reaction, wordsIn(locale))}`,
  }
}

const reactionForm = (path: string, chosen: Reaction | undefined, words: Words): Html => html`
<section class="reactions" id="reaction">
<h2>${words.question}</h2>
<form method="post" action="${path}/reaction">${REACTIONS.map(
  (one) =>
    html`<button name="reaction" value="${one}" aria-pressed="${one === chosen ? 'true' : 'false'}">${words[one]}</button>\n`,
)}</form>
${chosen && html`<p role="status">${words.thanks}</p>`}
</section>`

export async function searchPage(center: Center, locale: string, phrase: string): Promise<Page> {
  const labels = wordsIn(locale)
  const { found, words } = await searched(center, locale, phrase)
  return {
    title: labels.results,
    query: phrase,
    languages: center.locales.map((locale) => ({
      ...{ locale, href: `${center.base}/${locale}?${new URLSearchParams({ q: phrase })}` },
    })),
    path: [{ href: `${center.base}/${locale}`, name: labels.home }],
    content: html`<h1>${labels.results}</h1>
${
  found.length
    ? html`<ul class="cards">${found.map((one) => articleCard(center, locale, one, excerptOf(one, words)))}</ul>`
    : html`<p>${labels.nothing}</p>`
}`,
  }
}

const RESULTS = { number: 1, per_page: 30 }

/** Returns the public articles of the help center that match the phrase, best first, and the words that they have. */
async function searched(center: Center, locale: string, phrase: string) {
  if (!wordsOf(phrase).length) return { found: [], words: [] }
  const { workspace } = center
  const { sql } = workspace
  const conditions = sql`
    type = 'article_content' and is_published and audience_ids = '{}' and locale = ${locale}
    and ${helpCenterIdOf(workspace, sql`documents.article_id`)} = ${center.id}`
  const { rows, words } = await findContent(workspace, { phrase, conditions }, RESULTS)
  return {
    found: await listInOrder(
      workspace,
      rows.map(({ id }) => id),
      locale,
    ),
    words,
  }
}

function excerptOf({ body_text, description }: ArticleEntry & { body_text: string }, words: readonly string[]): Html {
  const [pieces] = excerpts(body_text, words)
  if (!pieces) return html`${description}`
  return html`${pieces.map(({ type, text }) => (type === 'highlight' ? html`<mark>${text}</mark>` : text))}`
}

/** `home`: the path of the help center, if there is one. */
export const missingPage = (locale: string, home?: string): Page => {
  const words = wordsIn(locale)
  return {
    title: words.missing,
    languages: [],
    content: html`<h1>${words.missing}</h1><p>${words.missing_text}</p>${home && html`<p><a href="${home}">${words.home}</a></p>`}`,
  }
}

const articleCard = (center: Center, locale: string, { id, title, description }: ArticleEntry, about?: Html): Html =>
  html`<li><a href="${pathOf(center, { kind: 'articles', id, title, locale })}"><strong>${title}</strong>${
    about ? html`<span>${about}</span>` : description && html`<span>${description}</span>`
  }</a></li>`

/** Returns the collections within one, or at the top, that have an article somewhere; null if there is none. */
async function collectionCards(
  center: Center,
  locale: string,
  collections: readonly CollectionEntry[],
  parent_id: string | null,
): Promise<Html | null> {
  const words = wordsIn(locale)
  const within = collections.filter((one) => one.parent_id === parent_id)
  if (!within.length) return null
  const counts = countsOf(collections, await listPlaced(center.workspace, center, locale))
  const shown = within.filter(({ id }) => counts.get(id))
  if (!shown.length) return null
  return html`<ul class="cards">${shown.map(({ id, name, description }) => {
    const count = counts.get(id) as number
    return html`<li><a href="${pathOf(center, { kind: 'collections', id, title: name, locale })}"><strong>${name}</strong>${
      description && html`<span>${description}</span>`
    }<span>${count} ${count === 1 ? words.article : words.articles}</span></a></li>`
  })}</ul>`
}

type Placed = { collection_id: string; article_id: string }

/** Returns how many articles each collection has, with those within it; one that is in several of them counts once. */
function countsOf(collections: readonly CollectionEntry[], placed: readonly Placed[]): Map<string, number> {
  const parents = new Map(collections.map(({ id, parent_id }) => [id, parent_id]))
  const articles = new Map(collections.map(({ id }) => [id, new Set<string>()]))
  for (const { collection_id, article_id } of placed)
    for (let at: string | null = collection_id; at !== null; at = parents.get(at) ?? null)
      articles.get(at)?.add(article_id)
  return new Map([...articles].map(([id, { size }]) => [id, size]))
}

/** Returns the links from the top to a collection. */
function breadcrumbs(center: Center, locale: string, collections: readonly CollectionEntry[], id: string | null) {
  const path: { href: string; name: string }[] = []
  for (let at = id; at !== null; ) {
    const collection = collections.find((one) => one.id === at)
    if (!collection) break
    const { name } = collection
    path.unshift({ href: pathOf(center, { kind: 'collections', id: collection.id, title: name, locale }), name })
    at = collection.parent_id
  }
  return [{ href: `${center.base}/${locale}`, name: wordsIn(locale).home }, ...path]
}
