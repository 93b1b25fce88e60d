// The SMTP listener with mails that are too large, and clients that are too many, too slow, or disconnect.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTransport, type NodemailerError } from 'nodemailer'
import { type Limits, type Listener, listenForMail, type MailReceiver, type Refusal } from './listener.ts'
import { MAIL_LIMIT } from './mail.ts'

const received: Buffer[] = []
const errors: Error[] = []
const open: Listener[] = []

async function listening(receiver: Partial<MailReceiver> = {}, limits: Partial<Limits> = {}) {
  const listener = await listenForMail(
    { host: '127.0.0.1', port: 0 },
    {
      refusal: async () => undefined,
      receive: async (raw) => void received.push(raw),
      ...receiver,
    },
    (error) => errors.push(error),
    { close_ms: 200, ...limits },
  )
  open.push(listener)
  return listener.port
}

afterEach(async () => {
  received.length = 0
  errors.length = 0
  await Promise.all(open.splice(0).map((listener) => listener.close()))
})

const RAW = 'From: joe@example.org\r\n\r\nHello'

async function send(port: number, raw: string | Buffer = RAW, to: string[] = ['a@in.example.com']) {
  const transport = createTransport({ host: '127.0.0.1', port, ignoreTLS: true })
  try {
    await transport.sendMail({ envelope: { from: 'joe@example.org', to }, raw })
    return 250
  } catch (error) {
    return (error as NodemailerError).response
  } finally {
    transport.close()
  }
}

/** A client that sends any line and reads every answer. */
async function smtpClient(
  port: number,
): Promise<{ socket: Socket; say(line: string): Promise<string>; heard: () => string }> {
  const socket = connect(port, '127.0.0.1')
  let heard = ''
  socket.on('data', (chunk) => {
    heard += chunk
  })
  socket.on('error', () => {})
  await once(socket, 'data')
  return {
    socket,
    heard: () => heard,
    async say(line) {
      heard = ''
      socket.write(`${line}\r\n`)
      while (!/^\d{3} .*\r\n/m.test(heard) && !socket.destroyed) await sleep(5)
      return heard
    },
  }
}

async function inTheMiddle(port: number) {
  const client = await smtpClient(port)
  await client.say('EHLO x')
  await client.say('MAIL FROM:<>')
  await client.say('RCPT TO:<a@in.example.com>')
  assert.match(await client.say('DATA'), /^354/)
  return client
}

test('a mailbox that is not ours is refused before the mail is sent', async () => {
  const port = await listening({ refusal: async () => ({ code: 550, message: '5.1.1 No such mailbox' }) })
  assert.equal(await send(port), '550 5.1.1 No such mailbox')
  assert.equal(received.length, 0)
})

test('a mail that is too large is refused, by its declared or by its real size', async () => {
  const port = await listening()
  const large = Buffer.alloc(MAIL_LIMIT + 10, 'x\r\n')
  assert.match(String(await send(port, large)), /^552 /)
  const client = await smtpClient(port)
  await client.say('EHLO x')
  assert.match(await client.say(`MAIL FROM:<a@b.example> SIZE=${MAIL_LIMIT + 1}`), /^552 /)
  assert.equal(received.length, 0)
  assert.equal(await send(port), 250)
})

test('mail above the buffer limit is deferred, and accepted when there is space again', async () => {
  let finish = () => {}
  const stored = new Promise<void>((resolve) => {
    finish = resolve
  })
  let isFirst = true
  const receive = async (): Promise<Refusal | undefined> => {
    if (isFirst) {
      isFirst = false
      await stored
    }
    return undefined
  }
  const port = await listening({ receive }, { buffered_bytes: 1_000 })
  const first = send(port, `From: a@b.example\r\n\r\n${'x'.repeat(700)}`)
  while (isFirst) await sleep(5)
  assert.match(String(await send(port, `From: a@b.example\r\n\r\n${'x'.repeat(700)}`)), /^452 4\.3\.1/)
  finish()
  assert.equal(await first, 250)
  assert.equal(await send(port, `From: a@b.example\r\n\r\n${'x'.repeat(700)}`), 250)
})

test('a client that disconnects in the middle of a mail leaves nothing in the buffer', async () => {
  const port = await listening({}, { buffered_bytes: 1_000 })
  for (let round = 0; round < 3; round++) {
    const { socket } = await inTheMiddle(port)
    socket.write('x'.repeat(800))
    await sleep(50)
    socket.destroy()
    await sleep(50)
  }
  assert.equal(received.length, 0)
  assert.equal(await send(port, `From: a@b.example\r\n\r\n${'x'.repeat(700)}`), 250)
})

test('a mail that cannot be stored is answered with 451, and the error is reported', async () => {
  const port = await listening({ receive: async () => Promise.reject(new Error('no database')) })
  assert.match(String(await send(port)), /^451 4\.3\.0/)
  assert.equal(errors[0]?.message, 'no database')
  const other = await listening({ refusal: async () => Promise.reject(new Error('no database')) })
  assert.match(String(await send(other)), /^451 4\.3\.0/)
})

test('a refusal after the mail was read is sent to the client', async () => {
  const port = await listening({ receive: async () => ({ code: 554, message: '5.6.0 It has no sender' }) })
  assert.equal(await send(port), '554 5.6.0 It has no sender')
})

test('recipients, clients, idle time and connection time are limited', async () => {
  const port = await listening({}, { recipients: 2, clients: 2, idle_ms: 300, connection_ms: 1_000 })
  const addresses = ['a', 'b', 'c'].map((name) => `${name}@in.example.com`)
  const client = await smtpClient(port)
  await client.say('EHLO x')
  await client.say('MAIL FROM:<>')
  const answers = []
  for (const address of addresses) answers.push((await client.say(`RCPT TO:<${address}>`)).slice(0, 3))
  assert.deepEqual(answers, ['250', '250', '452'])

  const second = await smtpClient(port)
  const third = connect(port, '127.0.0.1')
  const [greeting] = await once(third, 'data')
  assert.match(String(greeting), /^421 /)
  third.destroy()

  await Promise.all([once(client.socket, 'close'), once(second.socket, 'close')])
  const slow = await inTheMiddle(port)
  const drip = setInterval(() => slow.socket.write('x'), 50)
  await once(slow.socket, 'close')
  clearInterval(drip)
  assert.equal(received.length, 0)
})

test('the listener offers neither AUTH nor STARTTLS, and receives bytes unchanged', async () => {
  const port = await listening()
  const client = await smtpClient(port)
  const offers = await client.say('EHLO x')
  assert.doesNotMatch(offers, /AUTH|STARTTLS/)
  assert.match(offers, new RegExp(`SIZE ${MAIL_LIMIT}`))
  client.socket.destroy()
  const raw = Buffer.from('From: joe@example.org\r\n\r\n.\xfc\xdf\r\n..\r\n', 'latin1')
  assert.equal(await send(port, raw), 250)
  assert.deepEqual(received[0], raw)
})
