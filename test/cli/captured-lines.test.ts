// The line for each captured message: its text is shown to the person at the terminal, and not written to collected logs.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { freePort } from '#lib/free-port.ts'
import { dataDirectory, type Program, type Settings, start } from './program.ts'
import { npmSettings, READY, terminal } from './terminal.ts'

const home = dataDirectory()
const directory = dataDirectory()
const port = await freePort()
const token = 'a-token-for-captured-lines'
const settings: Settings = {
  ...npmSettings({ home, directory, port }),
  ...{ INTERPHONE_TOKEN: token, INTERPHONE_DEMO: '1' },
}

/** Sends one message on each captured channel, waits for the lines, and returns all output of the server. */
async function outputOf(server: Program): Promise<string> {
  await server.says(READY)
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has, and asserts on it
  const call = async (path: string, body?: object): Promise<any> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      headers,
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    })
    assert.equal(answer.status, 200, await answer.clone().text())
    return answer.json()
  }
  const { id } = await call('/me')
  const { data } = await call('/contacts/search', {
    query: { field: 'email', operator: '=', value: 'clara@example.com' },
  })
  const message = { from: { type: 'admin', id }, to: { type: 'user', id: data[0].id } }
  await call('/messages', {
    ...message,
    message_type: 'email',
    template: 'plain',
    subject: 'Code kestrel',
    body: 'Text osprey',
  })
  await call('/messages', { ...message, message_type: 'sms', body: 'Your code is merlin' })
  await server.says(/email to /)
  await server.says(/sms to /)
  const { out, err } = await server.end('SIGTERM')
  return out + err
}

describe('the line of a captured message', () => {
  test('has its channel, recipient and delivery, but no text, where stdout is not a terminal', async () => {
    const out = await outputOf(start(['serve'], settings))
    assert.match(out, /^\d\d:\d\d:\d\d {2}email to clara@example\.com: delivery \d+$/m)
    assert.match(out, /^\d\d:\d\d:\d\d {2}sms to \+\d+: delivery \d+$/m)
    assert.doesNotMatch(out, /kestrel|osprey|merlin/)
  })

  test('has its text in a terminal', async () => {
    const out = await outputOf(terminal('npm start', settings))
    assert.match(out, /email to clara@example\.com: Code kestrel\r?$/m)
    assert.match(out, /sms to \+\d+: Your code is merlin\r?$/m)
  })

  test('has its text where LOG_LEVEL is debug', async () => {
    const out = await outputOf(start(['serve'], { ...settings, LOG_LEVEL: 'debug' }))
    assert.match(out, /email to clara@example\.com: Code kestrel$/m)
  })
})
