// An acknowledged file is complete after kill -9, and interrupted uploads leave nothing for long.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { serverProcess } from '../server-process.ts'

const server = await serverProcess()
after(server.remove)

async function call(path: string, body?: object) {
  const answer = await fetch(server.url + path, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has
  return answer.json() as Promise<any>
}

test('every file of an answered request can be read again, byte for byte, although processes are killed', async (t) => {
  server.start()
  await server.ready()
  const { id } = await call('/contacts', { role: 'lead' })
  const { id: admin_id } = await call('/me')
  const conversation = await call('/conversations', { from: { type: 'user', id }, body: 'Hello' })
  const reply = `/conversations/${conversation.conversation_id}/reply`

  const acknowledged = new Map<string, Buffer>()
  let done = false
  async function upload() {
    while (!done) {
      const bytes = randomBytes(20_000)
      const file = { name: 'a.bin', content_type: 'application/zip', data: bytes.toString('base64') }
      try {
        const answer = await call(reply, {
          ...{ message_type: 'note', type: 'admin', admin_id, body: 'x', attachment_files: [file, file] },
        })
        const { attachments } = answer.conversation_parts.conversation_parts.at(-1)
        for (const { url } of attachments) acknowledged.set(url, bytes)
      } catch {
        await sleep(50) // The server was killed and is restarting.
      }
    }
  }
  const uploads = Promise.all(Array.from({ length: 6 }, upload))
  for (let kills = 0; kills < 3; kills++) {
    await sleep(700 + 300 * kills)
    await server.kill()
    server.start()
    await server.ready()
  }
  done = true
  await uploads

  assert.ok(acknowledged.size > 20, `${acknowledged.size} files`)
  for (const [url, bytes] of acknowledged) {
    const answer = await fetch(url)
    assert.equal(answer.status, 200)
    assert.ok(Buffer.from(await answer.arrayBuffer()).equals(bytes))
  }
  const files = readdirSync(join(server.directory, 'files'), { recursive: true, withFileTypes: true })
  const left = files.filter((entry) => entry.isFile()).length - acknowledged.size
  t.diagnostic(`${acknowledged.size} files acknowledged over 3 kills; ${left} others lie there`)
  assert.ok(left <= 3 * 6 * 2, 'no more than were running at the kills')
})
