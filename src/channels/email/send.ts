// An SMTP account: sends emails over a pool of connections to one mail server.
import { createPrivateKey } from 'node:crypto'
import { createTransport, type DKIMOptions, type NodemailerError, type SMTPPoolOptions } from 'nodemailer'
import { withEncodedPassword } from '#lib/url-login.ts'
import type { EgressPolicy } from '#net/egress.ts'
import { inSpan, type SpanOptions } from '#tracing/trace.ts'
import type { Outcome } from '../channel.ts'
import { classify } from './classify.ts'
import { coalesceWrites } from './coalesce-writes.ts'
import { compose, type OutgoingEmail } from './compose.ts'
import { socketWithin } from './socket.ts'

/** `privateKey` is an RSA key in PEM; its public half is in the DNS, at `<keySelector>._domainkey.<domainName>`. */
export type Dkim = { domainName: string; keySelector: string; privateKey: string }

/**
 * Milliseconds to wait: to connect, for the greeting, without any data, for one email in total, and on closing for the
 * emails that are being sent.
 */
export type Timeouts = { connection: number; greeting: number; socket: number; total: number; close: number }

export type SmtpAccount = {
  /** Sends one email to the mail server. Never throws: every error is an outcome. */
  send(email: OutgoingEmail): Promise<Outcome>
  /** Connects and logs in, without sending. */
  verify(): Promise<{ ok: true } | { ok: false; code: string; reason: string; answer?: string }>
  /** Ends waiting emails with a retry, waits for those that are being sent, and closes the connections. */
  close(within_ms?: number): Promise<void>
}

/**
 * Opens the first connection when there is something to send; then keeps up to `max_connections` open.
 *
 * `url` is `smtp://user:password@host:587` (with STARTTLS if the server offers it) or `smtps://…:465`. After a `?`:
 * `requireTLS=true` sends nothing unencrypted, `ignoreTLS=true` is for a relay on the same host, `name` is our name in
 * EHLO, `tls.rejectUnauthorized=false` accepts any certificate, `tls.servername` is the name that it must have.
 *
 * `egress` limits its connections. Default: no limit.
 *
 * @throws Error if the URL or the DKIM key cannot be used.
 */
export function smtpAccount(options: {
  url: string
  egress?: EgressPolicy | undefined
  dkim?: Dkim
  max_connections?: number
  timeouts?: Partial<Timeouts>
}): SmtpAccount {
  const timeouts = { ...TIMEOUTS, ...options.timeouts }
  const transport = createTransport({
    pool: true,
    ...server(options.url),
    ...(options.egress && { getSocket: socketWithin(options.egress, timeouts.connection) }),
    ...(options.dkim && { dkim: signature(options.dkim) }),
    // No text in a mail can make the library include a file or a page.
    disableFileAccess: true,
    disableUrlAccess: true,
    maxConnections: options.max_connections ?? 8,
    maxMessages: 100_000,
    // One, for an idle connection that the server has just closed. All other retries are those of the delivery.
    maxRequeues: 1,
    connectionTimeout: timeouts.connection,
    greetingTimeout: timeouts.greeting,
    socketTimeout: timeouts.socket,
    dnsTimeout: timeouts.connection,
  })
  transport.use('stream', (mail, done) => {
    mail.message.transform(coalesceWrites)
    done()
  })
  const { hostname, port } = new URL(withEncodedPassword(options.url))
  const span_options: SpanOptions = {
    kind: 'client',
    attributes: {
      ...{ 'network.protocol.name': 'smtp', 'server.address': hostname },
      ...(port && { 'server.port': Number(port) }),
    },
  }
  const sending = new Set<Promise<Outcome>>()

  async function attempt(email: OutgoingEmail): Promise<Outcome> {
    const controller = new AbortController()
    const timer = setTimeout(() => controller.abort(), timeouts.total)
    try {
      const mail = { ...(await compose(email)), signal: controller.signal }
      const { messageId, response } = await inSpan('SMTP send', span_options, () => transport.sendMail(mail))
      return { outcome: 'sent', provider_id: messageId, answer: response }
    } catch (error) {
      return classify(error as NodemailerError)
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    send(email) {
      const attempted = attempt(email)
      sending.add(attempted)
      return attempted.finally(() => sending.delete(attempted))
    },
    async verify() {
      try {
        await transport.verify()
        return { ok: true }
      } catch (error) {
        const { code, reason, answer } = classify(error as NodemailerError)
        return { ok: false, code, reason, ...(answer && { answer }) }
      }
    },
    async close(within_ms = timeouts.close) {
      transport.close()
      const timer = setTimeout(() => transport.close({ force: true }), within_ms)
      await Promise.all(sending)
      clearTimeout(timer)
    },
  }
}

const TIMEOUTS: Timeouts = { connection: 20_000, greeting: 20_000, socket: 60_000, total: 120_000, close: 3_000 }

const SETTINGS = new Set(['requireTLS', 'ignoreTLS', 'name', 'tls.rejectUnauthorized', 'tls.servername'])

// Parsed here, because the mail library would accept all of its options in a URL, including logging of all traffic.
function server(url: string): SMTPPoolOptions {
  const parsed = URL.parse(withEncodedPassword(url))
  if (!parsed?.hostname || !['smtp:', 'smtps:'].includes(parsed.protocol)) {
    throw new Error('An SMTP URL looks like smtp://user:password@host:587 or smtps://user:password@host:465')
  }
  for (const name of parsed.searchParams.keys()) {
    if (!SETTINGS.has(name)) throw new Error(`An SMTP URL has no setting "${name}"`)
  }
  const setting = (name: string) => parsed.searchParams.get(name) ?? undefined
  return {
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: Number(parsed.port) || (parsed.protocol === 'smtps:' ? 465 : 587),
    secure: parsed.protocol === 'smtps:',
    requireTLS: setting('requireTLS') === 'true',
    ignoreTLS: setting('ignoreTLS') === 'true',
    name: setting('name'),
    tls: { rejectUnauthorized: setting('tls.rejectUnauthorized') !== 'false', servername: setting('tls.servername') },
    ...(parsed.username && {
      auth: { user: decode(parsed.username), pass: decode(parsed.password) },
    }),
  }
}

// A "%" that starts no escape is a literal "%": people paste passwords unescaped.
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replace(/%(?![\da-f]{2})/gi, '%25'))
  } catch {
    throw new Error('The user name and password of an SMTP URL are percent-encoded UTF-8')
  }
}

// The library would send unsigned with a key that it cannot use, so the key is checked here.
function signature({ domainName, keySelector, privateKey }: Dkim): DKIMOptions {
  const key = privateKeyOf(privateKey)
  if (key.asymmetricKeyType !== 'rsa') throw new Error('The DKIM key has to be an RSA key')
  return { domainName, keySelector, privateKey: key, headerFieldNames: SIGNED.join(':') }
}

function privateKeyOf(pem: string) {
  try {
    return createPrivateKey(pem)
  } catch {
    throw new Error('The DKIM key has to be an RSA key in PEM')
  }
}

const SIGNED = [
  ...['From', 'Reply-To', 'Subject', 'Date', 'Message-ID', 'To', 'Cc', 'In-Reply-To', 'References'],
  ...['MIME-Version', 'Content-Type', 'Content-Transfer-Encoding', 'List-Unsubscribe', 'List-Unsubscribe-Post'],
]
