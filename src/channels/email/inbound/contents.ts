// What a mail says, as it is shown: what is new in it, what stood there before, its pictures and its files.
import { paragraphs, sanitizeHtml, toPlainText } from '#lib/html.ts'
import { type Mail, type MailFile, withoutTags } from './mail.ts'
import { cutHtml } from './strip-quotes-html.ts'
import { cutText } from './strip-quotes-text.ts'

export type Contents = {
  /** What is new, in plain text; `html` is the same, where the mail had HTML. Neither is safe to show. */
  body: string
  html: string | null
  /** Quotes, what was passed on and the signature, as HTML; empty where there are none. */
  history: string
  /** What the HTML shows by itself. */
  pictures: MailFile[]
  files: MailFile[]
}

export function contentsOf(mail: Mail): Contents {
  const cut = mail.html === null ? undefined : cutHtml(mail.html)
  if (!cut || !mail.html) return inText(mail, mail.html)
  const body = plain(cut.body)
  if (!body && mail.text && !/<img\s/i.test(cut.body)) return inText(mail, null)
  const shown = cidsIn(cut.body + cut.history)
  const isInline = ({ cid, content_type }: MailFile) =>
    cid !== null && content_type.startsWith('image/') && shown.has(cid)
  return {
    body,
    html: cut.body,
    history: cut.history,
    pictures: mail.files.filter(isInline),
    files: mail.files.filter((file) => !isInline(file)),
  }
}

/** HTML that nobody could read is kept as a file, and what text can be had from it is the body. */
function inText(mail: Mail, unreadable: string | null): Contents {
  const { body, history } = cutText(mail.text ?? withoutTags(unreadable ?? ''))
  const kept = unreadable === null ? [] : [asFile(unreadable)]
  return { body, html: null, history: paragraphs(history), pictures: [], files: [...mail.files, ...kept] }
}

const asFile = (html: string): MailFile => ({
  ...{ name: 'message.html', content_type: 'text/html', cid: null },
  data: Buffer.from(html),
})

const plain = (html: string) => toPlainText(sanitizeHtml(html), { links: 'label (url)' }).replace(/\n{3,}/g, '\n\n')

/** As the serialiser writes them: in double quotes. */
const CID = /(\ssrc=")cid:([^"]{1,500})(")/gi

const cidsIn = (html: string): Set<string> => new Set([...html.matchAll(CID)].map(([, , cid = '']) => decoded(cid)))

/** Safe HTML, in which pictures have the addresses under which they are kept. */
export const withPictures = (html: string, addresses: ReadonlyMap<string, string>): string =>
  sanitizeHtml(
    html.replace(CID, (all, before, cid, after) => {
      const address = addresses.get(decoded(cid))
      return address ? `${before}${address}${after}` : all
    }),
  )

function decoded(cid: string): string {
  try {
    return decodeURIComponent(cid.replaceAll('&amp;', '&'))
  } catch {
    return cid
  }
}
