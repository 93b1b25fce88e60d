// How long one hostile request body keeps all other requests waiting: the longest pause of the event loop.
import assert from 'node:assert/strict'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { testApp } from '../app.ts'
import { HOSTILE, HTML_BODIES, SIGNED } from './hostile.ts'

const t = await testApp()

/** Far above what is measured on an idle machine, and far below the seconds that one unbounded body costs. */
const LONGEST_MS = 500

for (const [name, route, payload, expected, type = 'application/json'] of [...HOSTILE, ...HTML_BODIES]) {
  test(`other requests go on beside a hostile body: ${name}`, async () => {
    const [method, url] = route.split(' ') as ['POST', string]
    const headers = { authorization: `Bearer ${t.created.token}`, 'content-type': type, ...SIGNED }
    await t.app.inject({ method, url, headers, payload: type === 'application/json' ? '{}' : 'x=1' }) // The schema is compiled.
    const pauses = monitorEventLoopDelay({ resolution: 5 })
    pauses.enable()
    await sleep(20)
    const { statusCode, body } = await t.app.inject({ method, url, headers, payload })
    await sleep(20)
    pauses.disable()
    assert.equal(statusCode, expected, body.slice(0, 300))
    const longest = pauses.max / 1e6
    assert.ok(longest < LONGEST_MS, `the longest pause was ${Math.round(longest)} ms`)
    assert.ok(body.length < 10_000, 'the answer is short')
  })
}
