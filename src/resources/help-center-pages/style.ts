// The stylesheet of the pages: readable in light and dark, without scripts, fonts or pictures.
import { createHash } from 'node:crypto'

export const STYLE = `
:root { color-scheme: light dark; --text: #1f2430; --soft: #5b6474; --line: #e1e5eb; --page: #fff; --raised: #f6f7f9; --link: #1a5fd0 }
@media (prefers-color-scheme: dark) {
  :root { --text: #e4e7ec; --soft: #9aa4b2; --line: #303742; --page: #14171c; --raised: #1d2128; --link: #7fb0ff }
}
* { box-sizing: border-box }
body { margin: 0; font: 1.0625rem/1.65 system-ui, sans-serif; color: var(--text); background: var(--page); overflow-wrap: break-word }
a { color: var(--link) }
a:focus-visible, button:focus-visible, input:focus-visible { outline: 2px solid var(--link); outline-offset: 2px }
header, main, footer { max-width: 46rem; margin: 0 auto; padding: 1rem 1.25rem }
header { display: flex; flex-wrap: wrap; gap: .75rem 1.5rem; align-items: center; justify-content: space-between; padding-block: 1.5rem 1rem }
header > a { font-weight: 650; font-size: 1.2rem; color: inherit; text-decoration: none }
form.search { display: flex; gap: .5rem; flex: 1 1 16rem; max-width: 24rem }
input, button { font: inherit; color: inherit; background: var(--raised); border: 1px solid var(--line); border-radius: .5rem; padding: .4rem .8rem }
input { flex: 1; min-width: 0 }
button { cursor: pointer }
button[aria-pressed=true] { border-color: var(--link); color: var(--link); font-weight: 600 }
h1, h2, h3, h4 { line-height: 1.3; margin: 1.6em 0 .5em; text-wrap: balance }
h1 { font-size: 1.9rem; margin-top: .6em }
h2 { font-size: 1.35rem }
h3, h4 { font-size: 1.1rem }
nav.path { font-size: .9rem; color: var(--soft) }
nav.path a { color: inherit }
nav.path span { margin-inline: .4em }
.lead, small { color: var(--soft) }
.lead { font-size: 1.15rem; margin-top: 0 }
ul.cards { list-style: none; padding: 0; display: grid; gap: .75rem }
ul.cards a { display: block; padding: .9rem 1.1rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--raised); color: inherit; text-decoration: none }
ul.cards a:hover { border-color: var(--link) }
ul.cards strong { display: block; font-weight: 600 }
ul.cards span { color: var(--soft); font-size: .95rem; display: block }
mark { background: #ffe58a; color: #1f2430; border-radius: .2em }
article img, article iframe { max-width: 100%; border: 0; border-radius: .5rem }
article img { height: auto }
article iframe { width: 100%; aspect-ratio: 16 / 9; height: auto }
article pre { overflow-x: auto; padding: .9rem 1.1rem; border-radius: .5rem; background: var(--raised); font-size: .92rem }
article code { background: var(--raised); border-radius: .25em; padding: .1em .3em; font-size: .92em }
article pre code { padding: 0 }
article table, article .intercom-interblocks-callout, article .intercom-container, article .intercom-h2b-video { margin-block: 1rem }
article blockquote { margin-inline: 0; padding-inline-start: 1rem; border-inline-start: 3px solid var(--line); color: var(--soft) }
article table { border-collapse: collapse; display: block; overflow-x: auto; max-width: 100% }
article td, article th { border: 1px solid var(--line); padding: .4rem .7rem; text-align: start; vertical-align: top }
article a.intercom-h2b-button { display: inline-block; padding: .5rem 1rem; border-radius: .5rem; background: var(--link); color: var(--page); text-decoration: none }
article .intercom-interblocks-callout { padding: .2rem 1rem; border: 1px solid var(--line); border-radius: .5rem; color: #1f2430 }
article .intercom-interblocks-callout:not([style*=background]) { background: var(--raised); color: inherit }
.reactions { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line) }
.reactions form { display: flex; flex-wrap: wrap; gap: .5rem }
footer { border-top: 1px solid var(--line); margin-top: 3rem; color: var(--soft); font-size: .9rem }
footer ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1rem }
`

/** Part of its address, so that browsers can keep it for ever. */
export const STYLE_VERSION = createHash('sha1').update(STYLE).digest('hex').slice(0, 10)
