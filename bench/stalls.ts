// How long hostile request bodies and mails keep others waiting: the longest answer of /healthz, compared with ordinary
// requests.
import { HOSTILE_MAILS } from '../test/hostile-mails.ts'
import { HOSTILE, type Hostile, HTML_BODIES, SIGNED } from '../test/http/hostile.ts'
import { inMs, type Row, type Size } from './figures.ts'
import { longestAnswer, type Measured, withServer } from './server.ts'

type Request = { method: string; path: string; type: string; body: Buffer }

type Subject = { what: string; against: string; hostile: () => Request[]; ordinary: Request[]; limit: string }

const MAIL = 'message/rfc822'
const POST_MAIL = 'POST /webhooks/email/inbound'

const SUBJECTS: Subject[] = [
  {
    what: `${HOSTILE.length} hostile request bodies`,
    against: 'beside as many requests with an empty object',
    hostile: () => HOSTILE.map(requestOf),
    ordinary: HOSTILE.map(([name, route, , status, type]) => requestOf([name, route, '{}', status, type])),
    limit: 'the one thread that runs HTTP: it reads and checks a body as large as the limits allow',
  },
  {
    what: `${HTML_BODIES.length} bodies of hostile HTML`,
    against: 'beside as many requests with an empty object',
    hostile: () => HTML_BODIES.map(requestOf),
    ordinary: HTML_BODIES.map(([name, route, , status]) => requestOf([name, route, '{}', status])),
    limit: 'the processor, which the threads that convert HTML share with HTTP',
  },
  {
    what: `${HOSTILE_MAILS.length} hostile mails`,
    against: 'beside as many short mails',
    hostile: () => HOSTILE_MAILS.map(([name, mail]) => requestOf([name, POST_MAIL, mail(), 200, MAIL])),
    ordinary: HOSTILE_MAILS.map(([name]) =>
      requestOf([name, POST_MAIL, 'From: joe@example.org\r\n\r\nHello', 200, MAIL]),
    ),
    limit: 'copies of 25 MB, and the processor, which the threads that parse mails share with HTTP',
  },
]

export const measureStalls = ({ quick }: Size): Promise<Row[]> =>
  withServer({ contacts: 10, command: 'api' }, async (server) => {
    const rows: Row[] = []
    for (const { what, against, hostile, ordinary, limit } of SUBJECTS) {
      const costly = hostile()
      await longestDuring(server, ordinary) // The schemas are compiled, and the threads run.
      let ours = 0
      let theirs = 0
      for (let round = 0; round < (quick ? 1 : 5); round++) {
        ours = Math.max(ours, await longestDuring(server, costly))
        theirs = Math.max(theirs, await longestDuring(server, ordinary))
      }
      rows.push({
        measure: `\`GET /healthz\` beside ${what}, the longest answer`,
        against,
        ours: inMs(ours),
        theirs: inMs(theirs),
        ratio: '',
        goal: '< 100 ms',
        limit,
      })
    }
    return rows
  })

function requestOf([, route, body, , type = 'application/json']: Hostile): Request {
  const [method, path] = route.split(' ') as [string, string]
  return { method, path, type, body: Buffer.from(body, type === MAIL ? 'latin1' : 'utf8') }
}

/** Returns milliseconds: the longest answer of /healthz while the requests are sent one after another. */
const longestDuring = ({ url, token }: Measured, requests: Request[]): Promise<number> =>
  longestAnswer(url, async () => {
    for (const { method, path, type, body } of requests) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': type, ...SIGNED }
      // A body that is too large is refused, and its connection closed, while it is still being sent.
      await fetch(url + path, { method, headers, body }).then(
        (answer) => answer.text(),
        () => {},
      )
    }
  })
