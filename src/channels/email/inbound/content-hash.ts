// Tells an exact repeat of a mail from another mail with the same Message-ID, by their content.
import { createHash } from 'node:crypto'
import type { Mail } from './mail.ts'

/**
 * Returns the id under which a mail is received once: its Message-ID with a hash of what its sender wrote. Headers
 * that servers add on the way (Received, Delivered-To, …) are not part of it, so that the same mail by two ways is one. A
 * mail without a Message-ID keeps the hash of all its bytes, because two such mails can have the same content.
 */
export const receivedId = (mail: WrittenMail): string =>
  mail.message_id === null ? mail.id : `${mail.message_id} ${contentHash(mail)}`

type WrittenMail = Omit<Mail, 'contents' | 'received_id' | 'forwarded'>

const WRITTEN_HEADERS = ['date', 'in-reply-to', 'references']

function contentHash({ from, to, cc, subject, text, html, files, headers }: WrittenMail): string {
  const hash = createHash('sha256')
  const add = (value: unknown) => hash.update(`${JSON.stringify(value)}\n`)
  add([from?.address, to.map(({ address }) => address), cc.map(({ address }) => address), subject])
  for (const name of WRITTEN_HEADERS) add(headers.get(name) ?? [])
  add([normalized(text), normalized(html)])
  for (const { name, data } of files) add([name, createHash('sha256').update(data).digest('hex')])
  return hash.digest('hex').slice(0, 32)
}

/** Servers may change line ends and spaces at the end of lines. */
const normalized = (text: string | null): string | null =>
  text === null
    ? null
    : text
        .split('\n')
        .map((line) => line.trimEnd())
        .join('\n')
        .trim()
