// The SMTP account with real servers that refuse, stall, close connections in the middle, and come back.
import assert from 'node:assert/strict'
import { createHash, createVerify, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterEach, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import type { OutgoingEmail } from './compose.ts'
import { smtpAccount } from './send.ts'

type Arrived = { from: string; to: string[]; raw: string; mail: ParsedMail; secure: boolean; user: unknown }

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A mail server on this machine; its received mails are in `arrived`. */
async function peer(options: SMTPServerOptions = {}, port = 0) {
  const arrived: Arrived[] = []
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: true,
    closeTimeout: 1,
    onData(stream, { envelope: { mailFrom, rcptTo }, secure, user }, done) {
      stream.toArray().then(async (chunks) => {
        const raw = Buffer.concat(chunks).toString('latin1')
        const from = mailFrom ? mailFrom.address : ''
        arrived.push({
          from,
          to: rcptTo.map(({ address }) => address),
          raw,
          mail: await simpleParser(raw),
          secure,
          user,
        })
        done(null, 'queued as 4711')
      }, done)
    },
    ...options,
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()))
  cleanups.push(close)
  port = (server.server.address() as AddressInfo).port
  return { arrived, server, close, port, host: `127.0.0.1:${port}`, url: `smtp://127.0.0.1:${port}` }
}

/** A server with scripted answers: `answer` gets each line, and the dot that ends a mail. */
async function script(answer: (line: string, socket: Socket) => string | undefined, greeting = '220 hello') {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    if (greeting) socket.write(`${greeting}\r\n`)
    let inData = false
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n').slice(0, -1)) {
        if (inData && line !== '.') continue
        inData = line === 'DATA'
        const reply = answer(line, socket)
        if (reply) socket.write(`${reply}\r\n`)
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const agreeable = (line: string) => (line === 'DATA' ? '354 go on' : '250 fine')

function account(url: string, options: Partial<Parameters<typeof smtpAccount>[0]> = {}) {
  const opened = smtpAccount({ url, ...options })
  cleanups.push(() => opened.close())
  return opened
}

function email(changes: Partial<OutgoingEmail> = {}): OutgoingEmail {
  return {
    delivery_id: '1',
    workspace_id: 'w',
    identity: 'message-19.ab12cd34',
    from: { name: 'Ann Lee', address: 'ann@example.com' },
    return_path: null,
    reply_to: null,
    to: [{ name: 'Bob', address: 'bob@example.org' }],
    cc: [],
    recipient: 'bob@example.org',
    subject: 'Welcome aboard',
    body: '<p>Hi Bob</p>',
    layout: 'plain',
    sender: { name: 'Ann Lee', avatar_url: null, workspace_name: 'Acme' },
    unsubscribe_url: null,
    in_reply_to: null,
    references: [],
    date: new Date('2026-03-01T12:00:00Z'),
    ...changes,
  }
}

const refusal = (responseCode: number, message: string) => Object.assign(new Error(message), { responseCode })
const MESSAGE_ID = '<message-19.ab12cd34@example.com>'

test('an address that the server does not know is a hard bounce', async () => {
  const { url, arrived } = await peer({
    onRcptTo: (_address, _session, done) => done(refusal(550, '5.1.1 No such user')),
  })
  assert.deepEqual(await account(url).send(email()), {
    outcome: 'failed',
    code: 'smtp_550_5.1.1',
    reason: 'The mail server refused the recipient: No such user',
    answer: '550 5.1.1 No such user',
    hard_bounce: true,
  })
  assert.equal(arrived.length, 0)
})

test('an unknown address is a hard bounce also without pipelining', async () => {
  const { url } = await peer({
    hidePIPELINING: true,
    onRcptTo: (_address, _session, done) => done(refusal(550, '5.1.1 No such user')),
  })
  const outcome = await account(url).send(email())
  assert.equal(outcome.outcome === 'failed' && outcome.hard_bounce, true)
})

test('greylisting is retried after the requested wait, with the same mail', async () => {
  let attempts = 0
  const { url, arrived } = await peer({
    onRcptTo: (_address, _session, done) =>
      attempts++ ? done() : done(refusal(451, '4.7.1 Greylisted, try again in 5 minutes')),
  })
  const { send } = account(url)
  const first = await send(email())
  assert.deepEqual(
    [first.outcome, first.code, first.outcome === 'retry' && first.retry_after],
    ['retry', 'smtp_451_4.7.1', 300],
  )
  assert.deepEqual(await send(email()), { outcome: 'sent', provider_id: MESSAGE_ID, answer: '250 queued as 4711' })
  assert.deepEqual(
    arrived.map(({ mail }) => mail.messageId),
    [MESSAGE_ID],
  )
})

test('a refusal of the content fails the delivery, a full disk is retried, and the connection stays usable', async () => {
  const answers = [refusal(554, '5.7.1 Looks like spam'), refusal(452, '4.3.1 Out of disk'), null]
  let connections = 0
  const { url } = await peer({
    onConnect: (_session, done) => {
      connections++
      done()
    },
    onData: (stream, _session, done) => stream.resume().on('end', () => done(answers.shift())),
  })
  const { send } = account(url, { max_connections: 1 })
  const outcomes = [await send(email()), await send(email()), await send(email())]
  assert.deepEqual(
    outcomes.map(({ outcome, code }) => [outcome, code]),
    [
      ['failed', 'smtp_554_5.7.1'],
      ['retry', 'smtp_452_4.3.1'],
      ['sent', undefined],
    ],
  )
  assert.equal('hard_bounce' in outcomes[0]!, false)
  assert.equal(connections, 1)
})

test('a connection that breaks before, during or after the mail is retried', async () => {
  for (const at of ['MAIL FROM:<ann@example.com>', 'DATA', '.']) {
    const { url } = await script((line, socket) => {
      if (line !== at) return agreeable(line)
      socket.destroy()
    })
    const outcome = await account(url).send(email())
    assert.equal(outcome.outcome, 'retry', at)
    assert.match(outcome.code!, /^smtp_econn/, at)
  }
})

test('a server that shuts down during a session is retried', async () => {
  const { url } = await script((line) => (line.startsWith('RCPT') ? '421 4.3.2 Shutting down' : agreeable(line)))
  const outcome = await account(url).send(email())
  assert.deepEqual([outcome.outcome, outcome.code], ['retry', 'smtp_421_4.3.2'])
})

test('a server that is down is retried until it is up', async () => {
  const first = await peer()
  const { send } = account(first.url)
  assert.equal((await send(email())).outcome, 'sent')
  await first.close()
  const down = await send(email())
  assert.deepEqual([down.outcome, down.code], ['retry', 'smtp_econnrefused'])
  const { arrived } = await peer({}, first.port)
  assert.equal((await send(email())).outcome, 'sent')
  assert.equal(arrived[0]!.mail.messageId, first.arrived[0]!.mail.messageId)
})

test('an unknown host name is retried, because it is a wrong setting', async () => {
  const outcome = await account('smtp://mail.invalid:25', { timeouts: { connection: 500 } }).send(email())
  assert.equal(outcome.outcome, 'retry')
})

test('an idle connection that the server closed is replaced', async () => {
  const { url, arrived, server } = await peer()
  const { send } = account(url)
  await send(email())
  for (const connection of server.connections) connection.close()
  assert.equal((await send(email())).outcome, 'sent')
  assert.equal(arrived.length, 2)
})

test('a server that stops answering ends in a timeout', async () => {
  const timeouts = { connection: 150, greeting: 150, socket: 150 }
  for (const silentAt of ['', 'EHLO', 'RCPT', '.']) {
    const { url } = await script(
      (line) => (line.startsWith(silentAt) ? undefined : agreeable(line)),
      silentAt ? '220 hello' : '',
    )
    const started = performance.now()
    const outcome = await account(url, { timeouts }).send(email())
    assert.deepEqual([outcome.outcome, outcome.code], ['retry', 'smtp_etimedout'], silentAt)
    assert.ok(performance.now() - started < 5000)
  }
})

test('a server that never completes its answer ends in a timeout', async () => {
  const { url } = await script((line, socket) => {
    if (!line.startsWith('RCPT')) return agreeable(line)
    const trickle = setInterval(() => socket.write('250-just a moment\r\n'), 20)
    socket.on('close', () => clearInterval(trickle))
  })
  const outcome = await account(url, { timeouts: { total: 300 } }).send(email())
  assert.deepEqual([outcome.outcome, outcome.code], ['retry', 'smtp_etimedout'])
})

test('wrong credentials are retried, right ones are used', async () => {
  const { url, arrived } = await peer({
    disabledCommands: ['STARTTLS'],
    authOptional: false,
    onAuth: ({ username, password }, _session, done) =>
      password === 'p@ss:w%rd' ? done(null, { user: username }) : done(refusal(535, '5.7.8 Bad credentials')),
  })
  const as = (password: string) => account(url.replace('//', `//ann%40example.com:${password}@`))
  const wrong = await as('wrong').send(email())
  assert.deepEqual([wrong.outcome, wrong.code], ['retry', 'smtp_auth'])
  assert.deepEqual(await as('wrong').verify(), {
    ok: false,
    code: 'smtp_auth',
    reason: wrong.reason,
    answer: wrong.answer,
  })
  assert.equal((await account(url).send(email())).code, 'smtp_auth')
  const right = as('p%40ss%3Aw%rd')
  assert.deepEqual(await right.verify(), { ok: true })
  assert.equal((await right.send(email())).outcome, 'sent')
  assert.equal(arrived[0]!.user, 'ann@example.com')
})

test('STARTTLS is used if it is offered, and certificates are checked unless that is turned off', async () => {
  const { url, arrived } = await peer({ ...SELF_SIGNED, disabledCommands: ['AUTH'] })
  assert.equal((await account(url).send(email())).outcome, 'retry')
  assert.equal(arrived.length, 0)
  assert.equal((await account(`${url}?tls.rejectUnauthorized=false&requireTLS=true`).send(email())).outcome, 'sent')
  assert.equal((await account(`${url}?ignoreTLS=true`).send(email())).outcome, 'sent')
  assert.deepEqual(
    arrived.map(({ secure }) => secure),
    [true, false],
  )
})

test('with requireTLS a server without TLS gets no mail', async () => {
  const { url, arrived } = await peer()
  assert.equal((await account(`${url}?requireTLS=true`).send(email())).outcome, 'retry')
  assert.equal(arrived.length, 0)
})

test('smtps uses TLS from the first byte', async () => {
  const { host, arrived } = await peer({ ...SELF_SIGNED, secure: true })
  assert.equal((await account(`smtps://${host}`).send(email())).outcome, 'retry')
  assert.equal((await account(`smtps://${host}?tls.rejectUnauthorized=false`).send(email())).outcome, 'sent')
  assert.equal(arrived[0]!.secure, true)
})

test('invalid settings are refused at once, by an error without secrets', () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const ed25519 = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  for (const options of [
    { url: 'not a url with a secret' },
    { url: 'http://user:secret@example.com' },
    { url: 'smtp:secret' },
    { url: 'smtp://user:secret@example.com?logger=true' },
    { url: 'smtp://example.com', dkim: { domainName: 'x', keySelector: 'y', privateKey: 'secret' } },
    { url: 'smtp://example.com', dkim: { domainName: 'x', keySelector: 'y', privateKey: ed25519 } },
  ]) {
    assert.throws(
      () => smtpAccount(options),
      (error: Error) => !JSON.stringify({ ...error, message: error.message }).includes('secret'),
    )
  }
})

test('a mail arrives as it was composed, and a blind copy is not named', async () => {
  const { url, arrived } = await peer()
  const { send } = account(url)
  const body = '<p>First</p>\n<p>.</p>\n<p>.dots and ünïcödé</p>'
  const message = {
    body,
    to: [{ name: 'Bob', address: 'bob@example.org' }],
    cc: [{ name: '', address: 'carol@example.org' }],
  }
  for (const recipient of ['bob@example.org', 'carol@example.org', 'blind@example.org']) {
    assert.equal((await send(email({ ...message, recipient, layout: 'personal' }))).outcome, 'sent')
  }
  assert.deepEqual(
    arrived.map(({ from, to }) => [from, to]),
    ['bob', 'carol', 'blind'].map((name) => ['ann@example.com', [`${name}@example.org`]]),
  )
  assert.equal(new Set(arrived.map(({ raw }) => raw.replaceAll(/boundary="(.+)"/.exec(raw)![1]!, ''))).size, 1)
  const [{ mail, raw }] = arrived as [Arrived]
  assert.equal(mail.messageId, MESSAGE_ID)
  assert.equal([mail.to].flat()[0]!.text, '"Bob" <bob@example.org>')
  assert.equal([mail.cc].flat()[0]!.text, 'carol@example.org')
  assert.match(mail.text!, /^First\n+\.\n+\.dots and ünïcödé\n/)
  assert.ok((mail.html as string).includes(body))
  assert.doesNotMatch(raw, /blind/)
})

test('the DKIM signature verifies, including the unsubscribe headers', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const { url, arrived } = await peer()
  const { send } = account(url, { dkim: { domainName: 'example.com', keySelector: 'mail', privateKey: key } })
  await send(
    email({
      unsubscribe_url: 'https://example.com/u/1',
      subject: 'Grüße '.repeat(30),
      body: '<p>a  b</p>\r<p>c</p>\n\n\n',
    }),
  )

  const [head, body] = split(arrived[0]!.raw)
  const fields = head.replace(/\r\n([ \t])/g, '$1').split('\r\n')
  const signature = fields.find((field) => /^dkim-signature:/i.test(field))!
  const tags: Record<string, string> = Object.fromEntries(
    [...signature.slice(15).matchAll(/(\w+)=([^;]*)/g)].map(([, tag, value]) => [tag, value!.replace(/\s/g, '')]),
  )
  assert.deepEqual(
    [tags['d'], tags['s'], tags['a'], tags['c']],
    ['example.com', 'mail', 'rsa-sha256', 'relaxed/relaxed'],
  )
  assert.match(tags['h']!, /^from:.*list-unsubscribe:list-unsubscribe-post/)

  const canonical = `${body
    .replace(/[ \t]+/g, ' ')
    .replace(/ \r\n/g, '\r\n')
    .replace(/(\r\n)*$/, '')}\r\n`
  assert.equal(tags['bh'], createHash('sha256').update(canonical, 'latin1').digest('base64'))

  const relaxed = (field: string) => {
    const colon = field.indexOf(':')
    return `${field.slice(0, colon).toLowerCase()}:${field
      .slice(colon + 1)
      .replace(/\s+/g, ' ')
      .trim()}`
  }
  const signed = tags['h']!.split(':').map((name) =>
    relaxed(fields.find((field) => field.toLowerCase().startsWith(`${name}:`))!),
  )
  signed.push(relaxed(signature.replace(/\bb=[^;]*$/, 'b=')))
  assert.ok(createVerify('sha256').update(signed.join('\r\n'), 'latin1').verify(publicKey, tags['b']!, 'base64'))
})

const split = (raw: string) => [raw.slice(0, raw.indexOf('\r\n\r\n')), raw.slice(raw.indexOf('\r\n\r\n') + 4)] as const

test('many emails at once share a few connections', async () => {
  let connections = 0
  const { url, arrived } = await peer({
    onConnect: (_session, done) => {
      connections++
      done()
    },
  })
  const { send } = account(url, { max_connections: 3 })
  const outcomes = await Promise.all(Array.from({ length: 200 }, (_, i) => send(email({ identity: `message-${i}` }))))
  assert.ok(outcomes.every(({ outcome }) => outcome === 'sent'))
  assert.equal(new Set(arrived.map(({ mail }) => mail.messageId)).size, 200)
  assert.ok(connections <= 3)
})

test('closing finishes running sends, and waiting emails are retried', async () => {
  const { url, arrived } = await peer()
  const { send, close } = smtpAccount({ url, max_connections: 1 })
  const sending = Array.from({ length: 5 }, (_, i) => send(email({ identity: `message-${i}` })))
  await sending[0]
  await close()
  const outcomes = await Promise.all(sending)
  assert.ok(outcomes.every(({ outcome }) => outcome === 'sent' || outcome === 'retry'))
  assert.equal(outcomes.filter(({ outcome }) => outcome === 'sent').length, arrived.length)
  assert.equal((await send(email())).outcome, 'retry')
})

test('closing waits only a limited time for a server that stalls', async () => {
  const { url } = await script((line) => (line === '.' ? undefined : agreeable(line)))
  const { send, close } = smtpAccount({ url, timeouts: { close: 100 } })
  const sending = send(email())
  await delay(50)
  const started = performance.now()
  await close()
  assert.ok(performance.now() - started < 1000)
  assert.equal((await sending).outcome, 'retry')
})

// A self-signed certificate for localhost, valid until 2126.
const SELF_SIGNED = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgvubK1WzOoFbuOu6+
juPMt3gv3iZ/qhcUbusUa18dQCShRANCAATku/2vvEhkNDvEmyFwAngXmEtRUcYM
AY1aGUNEYThZnbrH0Pm72tsARYZDepi9ME7u/5v0Mth1YnnTTSu2A6OV
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUVOvxtu/YpcHOzTD7p/u/0IEl/OUwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjIzNDIzM1oYDzIxMjYxMDI5
MjM0MjMzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATku/2vvEhkNDvEmyFwAngXmEtRUcYMAY1aGUNEYThZnbrH0Pm72tsA
RYZDepi9ME7u/5v0Mth1YnnTTSu2A6OVo28wbTAdBgNVHQ4EFgQUq0Pb5gI9hlzj
mzruhEfJXcASNkgwHwYDVR0jBBgwFoAUq0Pb5gI9hlzjmzruhEfJXcASNkgwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgOr37Y/fvlt20j/jCyY/ue0QOte62q9MEP+Xik3ubOAACIBW2
NNZBofR8zolwG0YpzooU471qz8dAPkZB+3dSjwIN
-----END CERTIFICATE-----`,
}
