// The mail server's side of SMTP: takes mail for the addresses that are ours, and answers for each only when it is kept.
import { once } from 'node:events'
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server'
import { MAIL_LIMIT } from './mail.ts'
import type { Envelope } from './meaning.ts'

/** An answer that is no success: `{ code: 550, message: '5.1.1 There is no such mailbox here' }`. */
export type Refusal = { code: number; message: string }

export type Postbox = {
  /** Whether mail to the address is taken; undefined: yes. */
  refusal(address: string): Promise<Refusal | undefined>
  /** Called with a whole mail; it is answered 250 when this resolves to undefined. */
  take(raw: Buffer, envelope: Envelope): Promise<Refusal | undefined>
}

/** `most_held` is in bytes, of all mails that are being received or taken; `patience_ms` is for one connection in all. */
export type Limits = {
  clients: number
  recipients: number
  most_held: number
  idle_ms: number
  patience_ms: number
  close_ms: number
}

const LIMITS: Limits = {
  clients: 50,
  recipients: 100,
  most_held: 8 * MAIL_LIMIT,
  idle_ms: 60_000,
  patience_ms: 600_000,
  close_ms: 3_000,
}

export type Listener = { port: number; close(): Promise<void> }

const TOO_LARGE: Refusal = { code: 552, message: `5.3.4 The message is larger than ${MAIL_LIMIT} bytes` }
const TOO_MUCH: Refusal = { code: 452, message: '4.3.1 Too much mail at once, try again' }
const CUT_OFF: Refusal = { code: 451, message: '4.4.2 The message was cut off' }
const AWAY: Refusal = { code: 451, message: '4.3.0 The message cannot be kept just now, try again' }

/**
 * Listens on the port (0: any) until it is closed. Whatever `postbox` throws is passed to `onError` and answered 451: the
 * sender keeps the mail and tries again.
 */
export async function listenForMail(
  { host, port }: { host: string; port: number },
  postbox: Postbox,
  onError: (error: Error) => void,
  changes: Partial<Limits> = {},
): Promise<Listener> {
  const limits = { ...LIMITS, ...changes }
  let held = 0

  /** Reads a message to its end, for nobody can be answered in the middle; what is refused is not kept. */
  async function collect(stream: SMTPServerDataStream, chunks: Buffer[]): Promise<Refusal | undefined> {
    let refused: Refusal | undefined
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        if (stream.sizeExceeded) refused = TOO_LARGE
        else if (held + chunk.length > limits.most_held) refused ??= TOO_MUCH
        if (refused) held -= release(chunks)
        else held += chunk.length
        if (!refused) chunks.push(chunk)
      }
    } catch {
      return CUT_OFF
    }
    return refused
  }

  async function answer(stream: SMTPServerDataStream, envelope: Envelope): Promise<Refusal | undefined> {
    const chunks: Buffer[] = []
    try {
      return (await collect(stream, chunks)) ?? (await postbox.take(Buffer.concat(chunks), envelope))
    } finally {
      held -= release(chunks)
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
    onRcptTo: ({ address }, _session, done) => settle(postbox.refusal(address), done),
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
        done(asError(AWAY))
      },
    )
  }

  server.server.on('connection', (socket) => {
    const impatience = setTimeout(() => socket.destroy(), limits.patience_ms)
    socket.once('close', () => clearTimeout(impatience))
  })
  server.on('error', () => {}) // A client that went away; that it cannot listen is told below.
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
