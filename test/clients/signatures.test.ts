// The signatures of webhooks, checked by programs that share no code with the server: Python's hmac, and openssl. Each is
// skipped where it is not installed.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { after, test } from 'node:test'
import { sendWebhooks } from '#resources/webhooks/send/work.ts'
import { NEARBY, SECRET, testApp } from '../app.ts'
import { eventually } from '../factories.ts'
import { webhookReceiver } from '../webhook-receiver.ts'

const t = await testApp()
after(sendWebhooks({ sql: t.database.sql, secret: SECRET, egress: NEARBY, log: { warn() {}, error() {} } as never }))

/** Bodies contain the name, so that each is signed with other bytes. */
const NAMES = [
  ...[
    'Ann',
    '',
    ' ',
    'Zoë',
    'Ελένη',
    '山田太郎',
    '👩‍👩‍👧 family',
    '\u202eright to left',
    'e\u0301 and é',
    '\ufeffmark',
  ],
  ...['"quotes" and \\ backslashes', "it's", '<b>&amp;</b>', 'line\nbreak\r\nand\ttab', '\u2028', 'x'.repeat(255)],
]
const SECRETS = [
  undefined,
  'sixteen letters!',
  'schlüssel mit umläuten',
  '-starts with a dash',
  '"quoted" $HOME `x` \\n',
]

type Receiver = Awaited<ReturnType<typeof webhookReceiver>>
type Signed = { secret: string; raw: Buffer; headers: Record<string, string> }

const headersOf = (headers: Record<string, unknown>) => ({
  'x-hub-signature': String(headers['x-hub-signature']),
  'x-hub-signature-256': String(headers['x-hub-signature-256']),
})

/** Real requests: each name with each secret, and a ping. */
async function signedRequests(): Promise<Signed[]> {
  const receivers: { receiver: Receiver; secret: string }[] = []
  for (const given of SECRETS) {
    const receiver = await webhookReceiver()
    const { status, body } = await t.call('POST /extensions/webhook_subscriptions', {
      ...{ url: receiver.url, topics: ['contact.lead.created'] },
      ...(given && { secret: given }),
    })
    assert.equal(status, 200, JSON.stringify(body))
    await t.call(`POST /extensions/webhook_subscriptions/${body.id}/ping`)
    receivers.push({ receiver, secret: body.secret as string })
  }
  for (const name of NAMES) await t.call('POST /contacts', { role: 'lead', name })
  const expected = NAMES.length + 1
  await eventually(
    async () => receivers.map(({ receiver }) => receiver.got.length),
    (counts) => counts.every((count) => count === expected),
  )
  return receivers.flatMap(({ receiver, secret }) =>
    receiver.got.map(({ raw, headers }) => ({ secret, raw, headers: headersOf(headers) })),
  )
}

const requests = await signedRequests()
const [first] = requests as [Signed]
/** What no receiver may accept. */
const forged: Signed[] = [
  { ...first, raw: Buffer.concat([first.raw, Buffer.from(' ')]) },
  { ...first, raw: Buffer.from(first.raw.toString().replace('"', "'")) },
  { ...first, secret: `${first.secret}x` },
  { ...first, headers: { ...first.headers, 'x-hub-signature': first.headers['x-hub-signature']!.slice(0, -1) } },
  { ...first, headers: { ...first.headers, 'x-hub-signature-256': 'sha256=' } },
]

const lacks = (command: string, args: string[]) => (spawnSync(command, args).status === 0 ? false : `needs ${command}`)

test('requests of several secrets and many texts were signed', () => {
  assert.equal(requests.length, SECRETS.length * (NAMES.length + 1))
})

test('Python accepts the signatures, and refuses forged ones', { skip: lacks('python3', ['--version']) }, () => {
  const script = new URL('./hub_signatures.py', import.meta.url).pathname
  const input = [...requests, ...forged].map(({ raw, ...rest }) => ({ ...rest, body: raw.toString('base64') }))
  const { stdout, stderr } = spawnSync('python3', [script], { input: JSON.stringify(input), encoding: 'utf8' })
  assert.deepEqual(JSON.parse(stdout || 'null'), [...requests.map(() => true), ...forged.map(() => false)], stderr)
})

test('openssl accepts the signatures, and refuses forged ones', { skip: lacks('openssl', ['version']) }, () => {
  const digest = (algorithm: string, { secret, raw }: Signed) =>
    spawnSync('openssl', ['dgst', `-${algorithm}`, '-hmac', secret], { input: raw, encoding: 'utf8' })
      .stdout.trim()
      .split(' ')
      .at(-1)
  const isSigned = (request: Signed) =>
    request.headers['x-hub-signature'] === `sha1=${digest('sha1', request)}` &&
    request.headers['x-hub-signature-256'] === `sha256=${digest('sha256', request)}`
  /** A process for each: a request of each secret, and one of each text. */
  const some = requests.filter((_, n) => n < NAMES.length + 1 || n % (NAMES.length + 1) === 0)
  assert.deepEqual(
    some.map(isSigned),
    some.map(() => true),
  )
  assert.deepEqual(
    forged.map(isSigned),
    forged.map(() => false),
  )
})
