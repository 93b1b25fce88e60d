// The email account of the delivery worker: sends deliveries over SMTP.
import { type Static, Type } from 'typebox'
import type { Account } from '../channel.ts'
import { provider } from '../provider.ts'
import { canonicalDomain } from './addresses.ts'
import { emailOf, type MailSettings } from './email-of-delivery.ts'
import type { SmtpAccount } from './send.ts'

/** Connections to the mail server at once. */
const CONNECTIONS = 8

const domain = (description: string) =>
  Type.String({ maxLength: 253, pattern: '^([A-Za-z0-9-]+\\.)+[A-Za-z0-9-]+$', description })

const Settings = Type.Object({
  from: Type.String({
    maxLength: 320,
    pattern: '^[^<>@\\s]+@[^<>@\\s]+$',
    description: 'The address that email comes from.',
  }),
  reply_domain: Type.Optional(
    Type.String({
      maxLength: 253,
      pattern: '^[^\\s@<>/]+$',
      description: 'The domain whose mail this server receives, for replies. It belongs to one workspace.',
    }),
  ),
  bounces: Type.Optional(
    Type.Boolean({
      description: 'Whether bounces go to the reply domain; false for mail servers that accept no sender but from.',
    }),
  ),
  dkim_domain: Type.Optional(domain('The domain that signs; the three DKIM settings go together.')),
  dkim_selector: Type.Optional(
    Type.String({ maxLength: 253, pattern: '^[\\w.-]+$', description: 'The selector of its key in the DNS.' }),
  ),
})

const Secrets = Type.Object({
  url: Type.String({
    maxLength: 2048,
    description: 'smtp://user:password@host:587 or smtps://user:password@host:465',
  }),
  dkim_private_key: Type.Optional(Type.String({ maxLength: 16_384, description: 'An RSA key in PEM.' })),
})

export const smtp = provider<Static<typeof Settings>, Static<typeof Secrets>>({
  channel: 'email',
  settings: Settings,
  secrets: Secrets,
  address: 'secrets.url',
  key: ({ reply_domain }) => (reply_domain === undefined ? null : canonicalDomain(reply_domain)),
  async open({ settings, secrets }, { public_url, secret, egress }) {
    const { from, bounces = true, dkim_domain, dkim_selector } = settings
    const reply_domain = settings.reply_domain === undefined ? null : canonicalDomain(settings.reply_domain)
    if (reply_domain === '') throw new Error('settings.reply_domain must be a domain such as in.example.com')
    const { url, dkim_private_key } = secrets
    if (new Set([!dkim_domain, !dkim_selector, !dkim_private_key]).size > 1)
      throw new Error('dkim_domain, dkim_selector and dkim_private_key go together')
    const dkim = dkim_domain &&
      dkim_selector &&
      dkim_private_key && { domainName: dkim_domain, keySelector: dkim_selector, privateKey: dkim_private_key }
    const { smtpAccount } = await import('./send.ts') // It loads the mail library, which most servers do not need at once.
    const server = smtpAccount({ url, egress, max_connections: CONNECTIONS, ...(dkim && { dkim }) })
    return emailAccount(server, { from, reply_domain, bounces, public_url, secret }, CONNECTIONS)
  },
})

export const emailAccount = (server: SmtpAccount, settings: MailSettings, concurrency: number): Account => ({
  send: (outgoing) => server.send(emailOf(outgoing, settings)),
  concurrency,
  close: (within_ms) => server.close(within_ms),
})
