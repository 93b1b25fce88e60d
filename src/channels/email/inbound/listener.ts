// The SMTP listener: receives mail for our addresses, and acknowledges each mail only after it is stored.
import { once } from 'node:events'
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server'
import { MAIL_LIMIT } from './mail.ts'
import type { Envelope } from './meaning.ts'

/** An SMTP error: `{ code: 550, message: '5.1.1 There is no such mailbox here' }`. */
export type Refusal = { code: number; message: string }

export type MailReceiver = {
  /** Resolves to undefined if mail to the address is accepted. */
  refusal(address: string): Promise<Refusal | undefined>
  /** Called with a whole mail; the answer is 250 if this resolves to undefined. */
  receive(raw: Buffer, envelope: Envelope): Promise<Refusal | undefined>
}

/**
 * `buffered_bytes` is the total of all mails that are being received; `connection_ms` is for one connection in total.
 */
export type Limits = {
  clients: number
  recipients: number
  buffered_bytes: number
  idle_ms: number
  connection_ms: number
  close_ms: number
}

const LIMITS: Limits = {
  clients: 50,
  recipients: 100,
  buffered_bytes: 8 * MAIL_LIMIT,
  idle_ms: 60_000,
  connection_ms: 600_000,
  close_ms: 3_000,
}

export type Listener = { port: number; close(): Promise<void> }

const TOO_LARGE: Refusal = { code: 552, message: `5.3.4 The message is larger than ${MAIL_LIMIT} bytes` }
const TOO_MUCH: Refusal = { code: 452, message: '4.3.1 Too much mail at once, try again' }
const INCOMPLETE: Refusal = { code: 451, message: '4.4.2 The message was incomplete' }
const UNAVAILABLE: Refusal = { code: 451, message: '4.3.0 The message cannot be stored now, try again' }

/**
 * Listens on the port (0: any) until it is closed. Errors that `receiver` throws go to `onError` and are answered with
 * 451: the sender tries again.
 */
export async function listenForMail(
  { host, port }: { host: string; port: number },
  receiver: MailReceiver,
  onError: (error: Error) => void,
  changes: Partial<Limits> = {},
): Promise<Listener> {
  const limits = { ...LIMITS, ...changes }
  let buffered = 0

  /** Reads a message to its end, because SMTP allows no answer before. Drops the bytes of a refused message. */
  async function collect(stream: SMTPServerDataStream, chunks: Buffer[]): Promise<Refusal | undefined> {
    let refused: Refusal | undefined
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        if (stream.sizeExceeded) refused = TOO_LARGE
        else if (buffered + chunk.length > limits.buffered_bytes) refused ??= TOO_MUCH
        if (refused) buffered -= release(chunks)
        else buffered += chunk.length
        if (!refused) chunks.push(chunk)
      }
    } catch {
      return INCOMPLETE
    }
    return refused
  }

  async function answer(stream: SMTPServerDataStream, envelope: Envelope): Promise<Refusal | undefined> {
    const chunks: Buffer[] = []
    try {
      return (await collect(stream, chunks)) ?? (await receiver.receive(Buffer.concat(chunks), envelope))
    } finally {
      buffered -= release(chunks)
    }
  }

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: MAIL_LIMIT,
    maxClients: limits.clients,
    maxRecipients: limits.recipients,
    socketTimeout: limits.idle_ms,
    closeTimeout: limits.close_ms,
    onRcptTo: ({ address }, _session, done) => settle(receiver.refusal(address), done),
    onData: (stream, { envelope: { mailFrom, rcptTo } }, done) => {
      const return_path = mailFrom ? mailFrom.address : ''
      settle(answer(stream, { return_path, recipients: rcptTo.map(({ address }) => address) }), done)
    },
  })

  function settle(answered: Promise<Refusal | undefined>, done: (error?: Error) => void) {
    answered.then(
      (refusal) => done(refusal && asError(refusal)),
      (error: Error) => {
        onError(error)
        done(asError(UNAVAILABLE))
      },
    )
  }

  server.server.on('connection', (socket) => {
    const timer = setTimeout(() => socket.destroy(), limits.connection_ms)
    socket.once('close', () => clearTimeout(timer))
  })
  server.on('error', () => {}) // A client disconnected. An error of listen() is thrown below.
  server.listen(port, host)
  await once(server.server, 'listening')
  return {
    port: (server.server.address() as { port: number }).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

const asError = ({ code, message }: Refusal) => Object.assign(new Error(message), { responseCode: code })

function release(chunks: Buffer[]): number {
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  chunks.length = 0
  return size
}
