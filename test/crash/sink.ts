// The mail server of the crash test: outlives every kill, and notes what it took before it says so.
import type { Readable } from 'node:stream'
import { SMTPServer } from 'smtp-server'

/** One email that was taken. `message_id` is the identity that it came under. */
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
  server.on('error', () => {}) // Whoever sends is killed again and again.
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
