// The frame of every page: title, search, breadcrumbs, languages.
import { type Html, html } from './html.ts'
import { STYLE_VERSION } from './style.ts'
import { directionOf, nameOfLanguage, type Words, wordsIn } from './words.ts'

/** Where a page is served: `base` is the path of its help center, without a slash at the end. */
export type Frame = { base: string; center_name: string; locale: string }

export type Page = {
  title: string
  /** The absolute address of the page. */
  canonical?: string
  description?: string
  /** Links to the same page in other languages. */
  languages: readonly { locale: string; href: string }[]
  /** From the top to the page above this one. */
  path?: readonly { href: string; name: string }[]
  query?: string
  content: Html
}

/** Returns a whole page. */
export function render({ base, center_name, locale }: Frame, page: Page): string {
  const words = wordsIn(locale)
  const title = page.title === center_name ? center_name : `${page.title} – ${center_name}`
  return `<!doctype html>\n${
    html`<html lang="${locale}" dir="${directionOf(locale)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
${page.description && html`<meta name="description" content="${page.description}">`}
${page.canonical ? html`<link rel="canonical" href="${page.canonical}">` : html`<meta name="robots" content="noindex">`}
${page.languages.map(({ locale, href }) => html`<link rel="alternate" hreflang="${locale}" href="${href}">\n`)}
<link rel="stylesheet" href="${base}/style.css?v=${STYLE_VERSION}">
</head>
<body>
<header>
<a href="${base}/${locale}">${center_name}</a>
${searchForm(`${base}/${locale}`, page.query ?? '', words)}
</header>
<main>
${page.path?.length && breadcrumbs(page.path, words)}
${page.content}
</main>
<footer>${page.languages.length > 1 && languageLinks(page.languages, locale, words)}</footer>
</body>
</html>
`.html
  }`
}

const searchForm = (action: string, query: string, { search }: Words): Html => html`
<form class="search" role="search" action="${action}">
<input type="search" name="q" value="${query}" placeholder="${search}" aria-label="${search}" maxlength="500">
<button>${search}</button>
</form>`

const breadcrumbs = (path: NonNullable<Page['path']>, words: Words): Html => html`
<nav class="path" aria-label="${words.path}">${path.map(
  ({ href, name }, n) => html`${n > 0 && html`<span aria-hidden="true">›</span>`}<a href="${href}">${name}</a>`,
)}</nav>`

const languageLinks = (languages: Page['languages'], current: string, words: Words): Html => html`
<nav aria-label="${words.languages}"><ul>${languages.map(
  ({ locale, href }) =>
    html`<li><a href="${href}" hreflang="${locale}" lang="${locale}"${
      locale === current && html` aria-current="true"`
    }>${nameOfLanguage(locale)}</a></li>`,
)}</ul></nav>`
