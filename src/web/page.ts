// The one page of the app, which its script fills.
import type { Built } from '../../web/build.ts'

/**
 * Nothing but what this server sends. Frames hold mails, under a policy of their own. `bodies` is the one way by which HTML gets
 * into the page.
 */
export const SECURITY = {
  'content-security-policy': [
    ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:"],
    ...["connect-src 'self'", "frame-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"],
    ...["require-trusted-types-for 'script'", 'trusted-types bodies'],
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
}

/** A rounded square with the lines of the mark, for tabs. */
const ICON =
  '%3Csvg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"%3E%3Crect width="20" height="20" rx="6" fill="%234058d8"/%3E' +
  '%3Cpath d="M6 6v8M10 4.5v11M14 7.5v5" stroke="%23fff" stroke-width="2" stroke-linecap="round"/%3E%3C/svg%3E'

export const appPage = ({ app: { script, style, preloads } }: Built): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Interphone</title>
<link rel="icon" href='data:image/svg+xml,${ICON}'>
<link rel="stylesheet" href="/assets/${style}">
${preloads.map((name) => `<link rel="modulepreload" href="/assets/${name}">\n`).join('')}\
<script type="module" src="/assets/${script}"></script>
<body>
<noscript>The Console needs JavaScript. The API works without.</noscript>
<div id="app"></div>
`

/** In its place if the files could not be built. `why` is for the operator, who reads it here. */
export const failedPage = (why: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Interphone</title>
<h1>The Console could not be built</h1>
<p>The API works. The reason: ${escaped(why)}
`

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
