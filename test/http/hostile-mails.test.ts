// How long one hostile mail keeps all requests waiting, and what becomes of it.
import assert from 'node:assert/strict'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { testApp } from '../app.ts'
import { HOSTILE_MAILS } from '../hostile-mails.ts'

const t = await testApp()

/** Far above what is measured on an idle machine, and far below the seconds that one mail costs its thread. */
const LONGEST_MS = 500

const post = (payload: Buffer) =>
  t.app.inject({
    method: 'POST',
    url: '/webhooks/email/inbound',
    headers: { authorization: `Bearer ${t.created.token}`, 'content-type': 'message/rfc822' },
    payload,
  })

for (const [name, mail, refusal] of HOSTILE_MAILS) {
  test(`other requests go on beside a hostile mail: ${name}`, async () => {
    await post(Buffer.from('From: joe@example.org\r\n\r\nHello')) // The thread runs.
    const payload = Buffer.from(mail(), 'latin1')
    const pauses = monitorEventLoopDelay({ resolution: 5 })
    await sleep(20)
    pauses.enable()
    await sleep(20)
    const { statusCode, body } = await post(payload)
    await sleep(20)
    pauses.disable()
    assert.equal(statusCode, refusal ? 413 : 200, body.slice(0, 300))
    if (refusal) assert.ok(JSON.parse(body).errors[0].message.startsWith(refusal), body)
    const longest = pauses.max / 1e6
    assert.ok(longest < LONGEST_MS, `the longest pause was ${Math.round(longest)} ms`)
  })
}
