// Inbound mails for tests: composed, and posted raw or as inbound-parse services post them.
import { randomUUID } from 'node:crypto'
import type { Call } from './app.ts'

/** The workspace that receives the mails of tests without a database. */
export const RECEIVER = {
  workspace_id: 'ab12cd34',
  reply_domain: 'in.example.com',
  sending_addresses: ['hello@example.com'],
  admin_addresses: ['ada@example.com'],
  secret: 'a secret for tests',
}

/** The email account of a workspace: its customers answer to `in.example.com`. Nothing listens at its server. */
export const SMTP_ACCOUNT = {
  provider: 'smtp',
  settings: { from: 'hello@example.com', reply_domain: 'in.example.com' },
  secrets: { url: 'smtp://127.0.0.1:2525' },
}

export type TestMail = {
  from?: string
  to?: string
  subject?: string
  body?: string
  message_id?: string
  headers?: Record<string, string>
}

/** A plain mail, with its own Message-ID. */
export function rawMail({ from = 'Joe <joe@example.org>', body = 'Hello', ...mail }: TestMail = {}): Buffer {
  const { to = 'support@in.example.com', subject = 'A question', message_id = `<${randomUUID()}@example.org>` } = mail
  const headers = { From: from, To: to, Subject: subject, 'Message-ID': message_id, ...mail.headers }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body.replaceAll('\n', '\r\n')}\r\n`)
}

/** Posts a mail to the webhook, with the workspace's own token unless the URL has one. */
export const postMail = (call: Call, raw: Buffer | string, url = '/webhooks/email/inbound') =>
  call(`POST ${url}`, raw, {
    headers: { 'content-type': 'message/rfc822' },
    ...(url.includes('token=') && { token: null }),
  })
