// A real SMTP server that stores received mails and refuses recipients on request.
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'

export type Received = { from: string; to: string; message_id: string; mail: ParsedMail }

export type SmtpSink = {
  url: string
  port: number
  received: Received[]
  /** Called for each RCPT TO: an SMTP answer such as `550 5.1.1 No such user` refuses it. */
  refuse: (address: string, attempt: number) => string | undefined
  close(): Promise<void>
}

export async function smtpSink(port = 0): Promise<SmtpSink> {
  const attempts = new Map<string, number>()
  const sink: SmtpSink = { url: '', port: 0, received: [], refuse: () => undefined, close: async () => {} }

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo({ address }, _session, done) {
      const attempt = (attempts.get(address) ?? 0) + 1
      attempts.set(address, attempt)
      const refusal = sink.refuse(address, attempt)
      if (!refusal) return done()
      done(Object.assign(new Error(refusal.slice(4)), { responseCode: Number(refusal.slice(0, 3)) }))
    },
    onData(stream, { envelope }, done) {
      simpleParser(stream).then((mail) => {
        const [recipient] = envelope.rcptTo
        const from = envelope.mailFrom ? envelope.mailFrom.address : ''
        sink.received.push({ from, to: recipient?.address ?? '', message_id: mail.messageId ?? '', mail })
        done()
      }, done)
    },
  })
  server.on('error', () => {}) // Some tests are about clients that are disconnected.
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  sink.port = (server.server.address() as { port: number }).port
  sink.url = `smtp://127.0.0.1:${sink.port}?ignoreTLS=true`
  sink.close = () => new Promise((resolve) => server.close(() => resolve()))
  return sink
}
