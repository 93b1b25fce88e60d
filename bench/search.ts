// POST /contacts/search by email: the time of a search, compared with a hundredth of the contacts.
import { alternate, inMs, type Row, type Size } from './figures.ts'
import { load, wire } from './load.ts'
import { emailOf, type Measured, withServer } from './server.ts'

const FEW = 10_000
const MANY = 1_000_000
/** Few connections: the measure is the time of a search, not of waiting. */
const AT_ONCE = 4

/** Two servers at the same time, measured in turn. */
export function measureSearch({ quick }: Size): Promise<Row> {
  const many = quick ? MANY / 10 : MANY
  const seconds = quick ? 2 : 4
  return withServer({ contacts: FEW, command: 'api' }, (small) =>
    withServer({ contacts: many, command: 'api' }, async (large) => {
      const p99 = async (server: Measured, contacts: number) =>
        (
          await load({
            url: server.url,
            connections: AT_ONCE,
            seconds,
            request: searches(server, contacts),
            isValid: findsOne,
          })
        ).p99_ms
      const { ours, theirs, ratio } = await alternate(
        quick ? 3 : 4,
        () => p99(large, many),
        () => p99(small, FEW),
      )
      return {
        measure: `\`POST /contacts/search\` by email, p99, at ${many.toLocaleString('en')} contacts`,
        against: `the same at ${FEW.toLocaleString('en')}`,
        ours: inMs(ours),
        theirs: inMs(theirs),
        ratio: `${ratio.toFixed(2)} ×`,
        goal: '≤ 1.5 ×',
        limit: 'the index has one more level; the rest is HTTP',
      }
    }),
  )
}

function searches({ token }: Measured, contacts: number): (n: number) => Buffer {
  const requests = Array.from({ length: 2_000 }, () => {
    const value = emailOf(Math.floor(Math.random() * contacts))
    return wire('POST', '/contacts/search', token, { query: { field: 'email', operator: '=', value } })
  })
  return (n) => requests[n % requests.length]!
}

const findsOne = (body: string) => body.includes('"total_count":1')
