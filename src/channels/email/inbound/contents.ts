// Splits a mail into the parts that are shown: the new text, the history (quotes, signature), pictures and files; and a
// forwarded mail into what was written above it, and itself.
import { paragraphs, sanitizeHtml, toPlainText, withoutTags } from '#lib/html.ts'
import { forwardInHtml, forwardInText } from './forward.ts'
import type { Reading } from './lines.ts'
import type { Contents, ForwardedMail, Mail, MailFile } from './mail.ts'
import { stripQuotesFromHtml } from './strip-quotes-html.ts'
import { stripQuotesFromText } from './strip-quotes-text.ts'

type ParsedMail = Pick<Mail, 'text' | 'html' | 'files'>

export function contentsOf(mail: ParsedMail, reading: Reading): Contents {
  const stripped = mail.html === null ? undefined : stripQuotesFromHtml(mail.html, reading)
  if (!stripped || !mail.html) return textContents(mail, mail.html, reading)
  const body = plain(stripped.body)
  if (!body && mail.text && !/<img\s/i.test(stripped.body)) return textContents(mail, null, reading)
  const { htmls, ...files } = shownHtml([stripped.body, stripped.history], mail.files)
  return { body, html: htmls[0] ?? '', history: htmls[1] ?? '', ...files }
}

/** Returns safe HTML with the pictures of the mail that it shows, and apart from them its files. */
function shownHtml(htmls: string[], all: MailFile[]): { htmls: string[] } & Pick<Contents, 'pictures' | 'files'> {
  const shown = cidsIn(htmls.join(''))
  const isInline = ({ cid, content_type }: MailFile) =>
    cid !== null && content_type.startsWith('image/') && shown.has(cid)
  const pictures = all.filter(isInline)
  const stored = new Set(pictures.map(({ cid }) => cid))
  const isStored = (src: string) => src.startsWith('cid:') && stored.has(decoded(src.slice(4)))
  return {
    htmls: htmls.map((html) => sanitizeHtml(html, isStored)),
    pictures,
    files: all.filter((file) => !isInline(file)),
  }
}

/** Returns the mail that is forwarded in the text of another one; null if there is none whose sender has an address. */
export function forwardedIn({ text, html, files }: ParsedMail, { own }: Reading): ForwardedMail | null {
  const inHtml = html === null ? undefined : forwardInHtml(html, own)
  if (inHtml) {
    const { from, subject, note, body } = inHtml
    const { htmls, ...shown } = shownHtml([body, note], files)
    return {
      from,
      subject,
      note: htmls[1] ?? '',
      contents: { body: plain(body), html: htmls[0] ?? '', history: '', ...shown },
    }
  }
  const inText = text === null ? undefined : forwardInText(text, own)
  if (!inText) return null
  const { from, subject, note, body } = inText
  return { from, subject, note: paragraphs(note), contents: { body, html: null, history: '', pictures: [], files } }
}

/** HTML that cannot be parsed becomes a file; without a plain text, its text without tags is the body. */
function textContents(mail: ParsedMail, unreadable: string | null, reading: Reading): Contents {
  const { body, history } = stripQuotesFromText(mail.text ?? withoutTags(unreadable ?? ''), reading)
  const files = unreadable === null ? mail.files : [...mail.files, asFile(unreadable)]
  return { body, html: null, history: paragraphs(history), pictures: [], files }
}

const asFile = (html: string): MailFile => ({
  ...{ name: 'message.html', content_type: 'text/html', cid: null },
  data: Buffer.from(html),
})

const plain = (html: string) => toPlainText(sanitizeHtml(html), { links: 'label (url)' }).replace(/\n{3,}/g, '\n\n')

/** The serialiser always writes double quotes. */
const CID = /(\ssrc=")cid:([^"]{1,500})(")/gi

const cidsIn = (html: string): Set<string> => new Set([...html.matchAll(CID)].map(([, , cid = '']) => decoded(cid)))

/** Returns safe HTML of a mail in which `cid:` pictures have the addresses of their stored files. */
export const withPictures = (html: string, addresses: ReadonlyMap<string, string>): string =>
  html.replace(CID, (all, before, cid, after) => {
    const address = addresses.get(decoded(cid))
    return address ? `${before}${address}${after}` : all
  })

function decoded(cid: string): string {
  try {
    return decodeURIComponent(cid.replaceAll('&amp;', '&'))
  } catch {
    return cid
  }
}
