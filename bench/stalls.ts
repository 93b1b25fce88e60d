// How long a hostile request body keeps others waiting: the longest answer of /healthz, compared with ordinary requests.
import { setTimeout as sleep } from 'node:timers/promises'
import { HOSTILE, SIGNED } from '../test/http/hostile.ts'
import { inMs, type Row, type Size } from './figures.ts'
import { type Measured, withServer } from './server.ts'

type Request = { method: string; path: string; type: string; body: Buffer }

export const measureStalls = ({ quick }: Size): Promise<Row> =>
  withServer({ contacts: 10, command: 'api' }, async (server) => {
    const hostile = HOSTILE.map(([, route, body, , type]) => requestOf(route, body, type))
    const ordinary = HOSTILE.map(([, route, , , type]) => requestOf(route, '{}', type))
    await longestAnswer(server, ordinary) // The schemas are compiled.
    let ours = 0
    let theirs = 0
    for (let round = 0; round < (quick ? 1 : 5); round++) {
      ours = Math.max(ours, await longestAnswer(server, hostile))
      theirs = Math.max(theirs, await longestAnswer(server, ordinary))
    }
    return {
      measure: `\`GET /healthz\` beside ${HOSTILE.length} hostile request bodies, the longest answer`,
      against: 'beside as many requests with an empty object',
      ours: inMs(ours),
      theirs: inMs(theirs),
      ratio: '',
      goal: '< 100 ms',
      limit: 'the one thread that runs HTTP: it reads and checks a body as large as the limits allow',
    }
  })

function requestOf(route: string, body: string, type = 'application/json'): Request {
  const [method, path] = route.split(' ') as [string, string]
  return { method, path, type, body: Buffer.from(body) }
}

/** Returns milliseconds. Sends the requests one after another, and asks /healthz all the time. */
async function longestAnswer({ url, token }: Measured, requests: Request[]): Promise<number> {
  let longest = 0
  let stopping = false
  async function watch() {
    while (!stopping) {
      const sent = performance.now()
      await (await fetch(`${url}/healthz`)).text()
      longest = Math.max(longest, performance.now() - sent)
      await sleep(5)
    }
  }
  const watching = watch()
  for (const { method, path, type, body } of requests) {
    const headers = { authorization: `Bearer ${token}`, 'content-type': type, ...SIGNED }
    // A body that is too large is refused, and its connection closed, while it is still being sent.
    await fetch(url + path, { method, headers, body }).then(
      (answer) => answer.text(),
      () => {},
    )
  }
  stopping = true
  await watching
  return longest
}
