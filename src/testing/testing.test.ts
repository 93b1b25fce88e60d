// The library for test suites, used as a suite would.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after, test } from 'node:test'
import { connectInterphone, startInterphone } from './index.ts'

const lines: string[] = []
const interphone = await startInterphone({ onLog: (line) => lines.push(line) })
after(() => interphone.close())

const email = 'anna@example.com'
async function greet(workspace: Pick<typeof interphone, 'call' | 'admin_id'>, subject: string) {
  const contact = await workspace.call<{ id: string }>('POST', '/contacts', { role: 'user', email }).catch(async () => {
    const query = { field: 'email', operator: '=', value: email }
    const { data } = await workspace.call<{ data: { id: string }[] }>('POST', '/contacts/search', { query })
    return data[0]!
  })
  await workspace.call('POST', '/messages', {
    ...{ message_type: 'email', template: 'plain', subject, body: 'Your order is on its way.' },
    ...{ from: { type: 'admin', id: workspace.admin_id }, to: { type: 'user', id: contact.id } },
  })
  return contact
}

test('a setting that cannot be used is the error of the start', async () => {
  const wrong = { settings: { RATE_LIMIT_PER_MINUTE: 'many' }, onLog: () => {} }
  await assert.rejects(startInterphone(wrong), /did not start: exit code 2\nRATE_LIMIT_PER_MINUTE must be/)
})

test('a seed that is wrong is the error of the start, with its line', async () => {
  const wrong = { seed: { contacts: [{ email: 'a@example.com', tags: ['$tag.vip'] }] }, onLog: () => {} }
  await assert.rejects(startInterphone(wrong), /stdin:1 contact a@example\.com: there is no tag vip/)
})

test('a call that is refused throws what the server says', async () => {
  await assert.rejects(
    interphone.call('POST', '/tags', {}),
    /POST \/tags was answered with 400: .*invalid tag parameters/,
  )
})

test('a message that does not come is an error that shows those that did', async () => {
  await greet(interphone, 'Welcome')
  await interphone.waitForMessage({ to: email })
  await assert.rejects(
    interphone.waitForMessage({ subject: 'Goodbye' }, { timeout_ms: 50 }),
    /No message came with subject Goodbye\.\nCaptured were:\n {2}email to anna@example\.com: Welcome/,
  )
})

test('a message is waited for, answered, and the clock is moved', async () => {
  await interphone.reset()
  assert.deepEqual(await interphone.messages(), [])
  await greet(interphone, 'Order 42')
  const message = await interphone.waitForMessage({
    channel: 'email',
    to: email,
    subject: /order \d+/i,
    text: 'on its way',
  })
  const { conversation_id } = await interphone.reply({ to: message, body: 'Thank you!' })
  const conversation = await interphone.call<{ open: boolean }>('GET', `/conversations/${conversation_id}`)
  assert.equal(conversation.open, true)
  const clock = () => interphone.call<{ ahead_seconds: number }>('GET', '/extensions/sandbox/clock')
  await interphone.advance(3_600)
  assert.equal((await clock()).ahead_seconds, 3_600)
})

test('a workspace of its own sees nothing of others', async () => {
  const [one, two] = await Promise.all([interphone.workspace('One'), interphone.workspace()])
  await greet(one, 'For one')
  await one.waitForMessage({ subject: 'For one' })
  assert.deepEqual(await two.messages(), [])
  const other = await connectInterphone(two)
  assert.equal(other.id, two.id)
})

test('the end of the server is waited for, and leaves no data', async () => {
  const seed = { contacts: [{ role: 'user', email: 'seeded@example.com' }] }
  const other = await startInterphone({ seed, onLog: (line) => lines.push(line) })
  const { data } = await other.call<{ data: { email: string }[] }>('GET', '/contacts')
  assert.deepEqual(
    data.map((contact) => contact.email),
    ['seeded@example.com'],
  )
  const directory = /Data +(\S+)\/postgres/.exec(lines.join(''))?.[1]
  assert.ok(directory)
  await other.close()
  await assert.rejects(fetch(`${other.url}/healthz`))
  await other.close()
})

test('the data of a server is in a directory of its own', () => {
  const directories = [...lines.join('').matchAll(/Data +(\S+)\/postgres/g)].map(([, path]) => path as string)
  assert.equal(new Set(directories).size, 2)
  assert.deepEqual(
    directories.map((path) => existsSync(path)),
    [true, false],
  )
})
