// An SMTP account: a pool of connections to one mail server, and what it made of each email.
import { createPrivateKey } from 'node:crypto'
import { createTransport, type DKIMOptions, type NodemailerError, type SMTPPoolOptions } from 'nodemailer'
import type { EgressPolicy } from '#net/egress.ts'
import type { Outcome } from '../channel.ts'
import { classify } from './classify.ts'
import { gather } from './coalesce-writes.ts'
import { compose, type OutgoingEmail } from './compose.ts'
import { socketWithin } from './socket.ts'

/** `privateKey` is an RSA key in PEM; its public half is in the DNS, at `<keySelector>._domainkey.<domainName>`. */
export type Dkim = { domainName: string; keySelector: string; privateKey: string }

/**
 * How long to wait, in milliseconds: to connect, for the greeting, for any sign of life, for one email in all, and on
 * closing for the emails that are being sent.
 */
export type Timeouts = { connection: number; greeting: number; socket: number; total: number; close: number }

export type SmtpAccount = {
  /** Hands one email to the mail server. Never throws: whatever goes wrong is an outcome. */
  send(email: OutgoingEmail): Promise<Outcome>
  /** Connects and logs in, without sending. */
  verify(): Promise<{ ok: true } | { ok: false; code: string; reason: string; answer?: string }>
  /** Has what still waits retried, gives what is being sent its time to finish, and closes the connections. */
  close(within_ms?: number): Promise<void>
}

/**
 * Opens no connection until there is something to send; then keeps up to `max_connections` of them.
 *
 * `url` is `smtp://user:password@host:587` (TLS by STARTTLS where the server offers it) or `smtps://…:465`. After a `?`:
 * `requireTLS=true` sends nothing in clear, `ignoreTLS=true` is for a relay on the same host, `name` is who we say we
 * are (EHLO), `tls.rejectUnauthorized=false` takes any certificate, `tls.servername` is the name it must bear.
 *
 * `egress` is how far its connections go; anywhere where absent.
 *
 * Throws where the URL or the DKIM key cannot be used.
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
    // A mail is what it was composed of: nothing in it can have a file or a page read into it.
    disableFileAccess: true,
    disableUrlAccess: true,
    maxConnections: options.max_connections ?? 8,
    maxMessages: 100_000,
    // One for the idle connection that the server has just closed; beyond that the delivery has its own retries.
    maxRequeues: 1,
    connectionTimeout: timeouts.connection,
    greetingTimeout: timeouts.greeting,
    socketTimeout: timeouts.socket,
    dnsTimeout: timeouts.connection,
  })
  transport.use('stream', (mail, done) => {
    mail.message.transform(gather)
    done()
  })
  const sending = new Set<Promise<Outcome>>()

  async function attempt(email: OutgoingEmail): Promise<Outcome> {
    const patience = new AbortController()
    const impatience = setTimeout(() => patience.abort(), timeouts.total)
    try {
      const { messageId, response } = await transport.sendMail({ ...compose(email), signal: patience.signal })
      return { outcome: 'sent', provider_id: messageId, answer: response }
    } catch (error) {
      return classify(error as NodemailerError)
    } finally {
      clearTimeout(impatience)
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
      const impatience = setTimeout(() => transport.close({ force: true }), within_ms)
      await Promise.all(sending)
      clearTimeout(impatience)
    },
  }
}

const TIMEOUTS: Timeouts = { connection: 20_000, greeting: 20_000, socket: 60_000, total: 120_000, close: 3_000 }

const SETTINGS = new Set(['requireTLS', 'ignoreTLS', 'name', 'tls.rejectUnauthorized', 'tls.servername'])

// Not left to the mail library: it takes every option of its own from a URL, logging of all traffic among them.
function server(url: string): SMTPPoolOptions {
  const parsed = URL.parse(url)
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

// A "%" that starts no escape is meant as it stands: passwords are pasted as they are.
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replace(/%(?![\da-f]{2})/gi, '%25'))
  } catch {
    throw new Error('The user name and password of an SMTP URL are percent-encoded UTF-8')
  }
}

// With a key it cannot use the library would send unsigned, so a bad key has to show here.
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
