// The HTML of a captured message for a frame of our own pages: it runs no script, and loads nothing without being asked to.

/** Attributes of the frame that shows it, too. */
const SANDBOX = 'allow-popups allow-popups-to-escape-sandbox'

/** Returns the headers of the answer. `with_images`: pictures of other servers are loaded. */
export const frameHeaders = (with_images: boolean) => ({
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    `sandbox ${SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; ` +
    `img-src data: 'self'${with_images ? ' https:' : ''}; frame-ancestors 'self'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
})

/**
 * Returns the HTML with its links in a new window, and with addresses of stored files relative to the page, which may have
 * been loaded from another address than `public_url`.
 */
export function framed(html: string, public_url: string): string {
  const own = public_url ? html.replaceAll(`${public_url}/attachments/`, '/attachments/') : html
  const base = '<base target="_blank">'
  return /<head\b[^>]*>/i.test(own) ? own.replace(/<head\b[^>]*>/i, (head) => head + base) : base + own
}
