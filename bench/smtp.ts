// From POST /messages to the mail server: the throughput of accepting, queueing, sending and settling, compared with what
// the mail library alone can send.
import nodemailer from 'nodemailer'
import { compose } from '#channels/email/compose.ts'
import { alternate, perSecond, type Row, type Size } from './figures.ts'
import { load, wire } from './load.ts'
import { type Peer, startPeer } from './peer.ts'
import { emailOf, idOf, withServer } from './server.ts'

const CONTACTS = 1_000
const AT_ONCE = 32
/** The server's setting; the comparison gets the same. */
const SMTP_CONNECTIONS = 8

const FROM = 'team@example.com'
const SUBJECT = 'Your order is on its way'
const BODY = '<p>It leaves today and should be with you on Friday.</p>'

export async function measureSmtp({ quick }: Size): Promise<Row> {
  const count = quick ? 1_000 : 3_000
  const sink = await startPeer('sink.ts')
  const environment = { SMTP_URL: sink.url, EMAIL_FROM: FROM }
  try {
    return await withServer({ contacts: CONTACTS, environment }, async ({ url, token, workspace: { admin_id } }) => {
      const requests = Array.from({ length: CONTACTS }, (_, n) =>
        wire('POST', '/messages', token, {
          from: { type: 'admin', id: admin_id },
          to: { type: 'user', id: idOf(n) },
          message_type: 'email',
          template: 'plain',
          subject: SUBJECT,
          body: BODY,
        }),
      )
      const request = (n: number) => requests[n % CONTACTS]!
      const { ours, theirs, ratio } = await alternate(
        3,
        () => rate(sink, count, () => load({ url, connections: AT_ONCE, request, requests: count })),
        () => rate(sink, count, () => byNodemailer(sink.url, count)),
      )
      return {
        measure: 'from `POST /messages` to a local SMTP server, sustained',
        against: `nodemailer directly to the same SMTP server, ${SMTP_CONNECTIONS} connections`,
        ours: perSecond(ours),
        theirs: perSecond(theirs),
        ratio: ratio.toFixed(2),
        goal: '≥ 0.50',
        limit: 'the one thread that runs HTTP, the driver and SMTP',
      }
    })
  } finally {
    sink.stop()
  }
}

/** Mails per second, from the first request to the last mail that the sink accepted. */
async function rate(sink: Peer, count: number, send: () => Promise<unknown>): Promise<number> {
  const all = sink.ask(count)
  const began = performance.now()
  await Promise.all([send(), all])
  return count / ((performance.now() - began) / 1000)
}

async function byNodemailer(url: string, count: number): Promise<void> {
  const { hostname: host, port } = new URL(url)
  const transport = nodemailer.createTransport({
    ...{ host, port: Number(port), ignoreTLS: true },
    ...{ pool: true, maxConnections: SMTP_CONNECTIONS, maxMessages: count },
  })
  let next = 0
  async function work() {
    while (next < count) await transport.sendMail(mailTo(emailOf(next++ % CONTACTS)))
  }
  await Promise.all(Array.from({ length: SMTP_CONNECTIONS * 2 }, work))
  transport.close()
}

/** The mail that the server makes of the message, without the cost of making it. */
const mailTo = (address: string) => ({
  ...MAIL,
  envelope: { from: FROM, to: address },
  to: { name: '', address },
})

const MAIL = compose({
  ...{ delivery_id: '1', workspace_id: 'abcdefgh', identity: 'message-1.abcdefgh', date: new Date() },
  ...{ from: { name: 'Ada Admin', address: FROM }, return_path: null, reply_to: null, to: [], cc: [], recipient: '' },
  ...{ subject: SUBJECT, body: BODY, layout: 'plain', in_reply_to: null, references: [] },
  sender: { name: 'Ada Admin', avatar_url: null, workspace_name: 'Demo' },
  unsubscribe_url: `http://localhost:3000/unsubscribe/${'x'.repeat(80)}`,
})
