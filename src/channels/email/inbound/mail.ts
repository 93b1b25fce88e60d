// A received mail as plain data. Its bytes are parsed in a worker thread, because a hostile mail takes seconds.
import { isTooCostly, THREADS, threadPool } from '#threads/pool.ts'

export type Mailbox = { name: string | null; address: string }

export type MailFile = {
  name: string
  content_type: string
  data: Buffer
  /** Its name in the HTML, as in `<img src="cid:logo">`. */
  cid: string | null
}

/** The parts of a mail that are shown. */
export type Contents = {
  /** The new text as plain text, and as `html` if the mail has HTML. `html` is safe, and shows pictures as `cid:`. */
  body: string
  html: string | null
  /** Quotes, forwarded mail and the signature, as safe HTML; empty if there are none. */
  history: string
  /** The pictures that the HTML shows inline. */
  pictures: MailFile[]
  files: MailFile[]
}

/** A mail in another one, which somebody forwarded. */
export type ForwardedMail = {
  from: Mailbox
  subject: string
  /** What was written above it, as safe HTML; empty if nothing. */
  note: string
  contents: Contents
}

export type Mail = {
  /** Its Message-ID, or a hash of its bytes if it has none. */
  id: string
  /** The id under which it is received once; two mails can have the same Message-ID. */
  received_id: string
  /** With its angle brackets; null if it has none. */
  message_id: string | null
  /** The Message-IDs that it answers: first those of In-Reply-To, then the References, the latest first. */
  answers: string[]
  from: Mailbox | null
  reply_to: Mailbox[]
  to: Mailbox[]
  cc: Mailbox[]
  subject: string
  text: string | null
  html: string | null
  files: MailFile[]
  /** All values of each header, by lower-case name, unfolded. */
  headers: ReadonlyMap<string, string[]>
  contents: Contents
  /** The mail that it forwards, if its subject says that it forwards one. */
  forwarded: ForwardedMail | null
  /** The texts and headers that may be shown wrong. Their bytes can be read again with another charset. */
  doubtful_parts: DoubtfulPart[]
}

/** `part` is its number as in IMAP: `1.2`, or `HEADER`. */
export type DoubtfulPart = { part: string; charset_used: string; reason: string }

/** A permanent refusal of a mail; the message is one sentence for its sender. */
export class RefusedMail extends Error {
  readonly is_too_large: boolean

  constructor(message: string, { is_too_large = false } = {}) {
    super(message)
    this.is_too_large = is_too_large
  }
}

export const tooLarge = (message: string) => new RefusedMail(message, { is_too_large: true })

/** 25 MB, the limit of the large mail providers. */
export const MAIL_LIMIT = 25 * 1024 * 1024

/** What the worker thread answers: an error of another thread loses its class. */
export type ParsedOrRefused = { mail: Mail } | { refused: string; is_too_large: boolean }

export type MailTasks = {
  parse(raw: Uint8Array, charset?: string, own_addresses?: readonly string[]): Promise<ParsedOrRefused>
}

/** The heap of a thread holds the longest texts and HTML that are parsed, several times. */
const pool = threadPool<MailTasks>(new URL('./mail-tasks.ts', import.meta.url), {
  ...{ threads: THREADS, waiting: 100, task_ms: 30_000, heap_mb: 1_024, idle_ms: 60_000 },
})

/**
 * Parses RFC 5322 and MIME, and malformed mail as far as possible. `charset` is for its doubtful parts, if a person knows
 * it: parts that can be read without doubt do not change. `own_addresses`: those of the workspace, which quoted headers name.
 * @throws RefusedMail if the mail is larger than `MAIL_LIMIT`, has too many parts, files or lines, or takes too long;
 * TaskRefused if too many mails are waiting, which is for a retry.
 */
export async function readMail(raw: Buffer, charset?: string, own_addresses: readonly string[] = []): Promise<Mail> {
  if (raw.length > MAIL_LIMIT) throw tooLarge(`The message is larger than ${MAIL_LIMIT} bytes`)
  const parsed = await pool.run('parse', [raw, charset, own_addresses]).catch((error) => {
    throw isTooCostly(error) ? tooLarge('The message is too complex to be read') : error
  })
  if ('refused' in parsed) throw new RefusedMail(parsed.refused, parsed)
  return withBuffers(parsed.mail)
}

/** Returns all files of a mail, each once. */
export const filesOf = ({ files, contents, forwarded }: Mail): Set<MailFile> =>
  new Set(
    [files, ...[contents, forwarded?.contents].flatMap((shown) => (shown ? [shown.pictures, shown.files] : []))].flat(),
  )

/** A clone of a Buffer is only a Uint8Array. */
function withBuffers(mail: Mail): Mail {
  for (const file of filesOf(mail)) {
    const { buffer, byteOffset, byteLength } = file.data
    file.data = Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength)
  }
  return mail
}
