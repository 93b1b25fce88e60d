// The mail server of the crash test: it is never killed, and records each mail before it accepts it.
import type { Readable } from 'node:stream'
import { SMTPServer } from 'smtp-server'

/** A received email. `message_id` identifies the message. */
export type Arrival = { to: string; subject: string; message_id: string }

export type CrashSink = { url: string; arrivals: Arrival[]; close(): Promise<void> }

export async function crashSink(): Promise<CrashSink> {
  const arrivals: Arrival[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, { envelope }, done) {
      read(stream).then((mail) => {
        const to = envelope.rcptTo[0]?.address ?? ''
        arrivals.push({ to, subject: header(mail, 'Subject'), message_id: header(mail, 'Message-ID') })
        done()
      }, done)
    },
  })
  server.on('error', () => {}) // The sender is killed again and again.
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as { port: number }
  return {
    url: `smtp://127.0.0.1:${port}?ignoreTLS=true`,
    arrivals,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

async function read(stream: Readable): Promise<string> {
  let mail = ''
  for await (const chunk of stream.setEncoding('utf8')) mail += chunk
  return mail
}

const header = (mail: string, name: string): string => new RegExp(`^${name}: (.*)\r$`, 'm').exec(mail)?.[1] ?? ''
