// Splits a mail into the parts that are shown: the new text, the history (quotes, signature), pictures and files.
import { paragraphs, sanitizeHtml, toPlainText, withoutTags } from '#lib/html.ts'
import type { Contents, Mail, MailFile } from './mail.ts'
import { stripQuotesFromHtml } from './strip-quotes-html.ts'
import { stripQuotesFromText } from './strip-quotes-text.ts'

type ParsedMail = Omit<Mail, 'contents' | 'received_id'>

export function contentsOf(mail: ParsedMail): Contents {
  const stripped = mail.html === null ? undefined : stripQuotesFromHtml(mail.html)
  if (!stripped || !mail.html) return textContents(mail, mail.html)
  const body = plain(stripped.body)
  if (!body && mail.text && !/<img\s/i.test(stripped.body)) return textContents(mail, null)
  const shown = cidsIn(stripped.body + stripped.history)
  const isInline = ({ cid, content_type }: MailFile) =>
    cid !== null && content_type.startsWith('image/') && shown.has(cid)
  const pictures = mail.files.filter(isInline)
  const stored = new Set(pictures.map(({ cid }) => cid))
  const isStored = (src: string) => src.startsWith('cid:') && stored.has(decoded(src.slice(4)))
  return {
    body,
    html: sanitizeHtml(stripped.body, isStored),
    history: sanitizeHtml(stripped.history, isStored),
    pictures,
    files: mail.files.filter((file) => !isInline(file)),
  }
}

/** HTML that cannot be parsed becomes a file; without a plain text, its text without tags is the body. */
function textContents(mail: ParsedMail, unreadable: string | null): Contents {
  const { body, history } = stripQuotesFromText(mail.text ?? withoutTags(unreadable ?? ''))
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
