// GET /contacts/{id} by as many processes as there are cores, compared with one process.
import { availableParallelism } from 'node:os'
import { alternate, perSecond, type Row, type Size } from './figures.ts'
import { load, wire } from './load.ts'
import { idOf, type Measured, withServer } from './server.ts'

const CONTACTS = 1_000
const AT_ONCE = 64
const PROCESSES = availableParallelism()

export function measureProcesses({ quick }: Size): Promise<Row> {
  const seconds = quick ? 2 : 4
  const rate = ({ url, token }: Measured) => {
    const requests = Array.from({ length: CONTACTS }, (_, n) => wire('GET', `/contacts/${idOf(n)}`, token))
    return load({ url, connections: AT_ONCE, request: (n) => requests[n % CONTACTS]!, seconds })
  }
  const options = { contacts: CONTACTS, command: 'api' } as const
  return withServer({ ...options, flags: ['--processes', String(PROCESSES)] }, (several) =>
    withServer(options, async (one) => {
      const { ours, theirs, ratio } = await alternate(
        quick ? 3 : 4,
        async () => (await rate(several)).per_second,
        async () => (await rate(one)).per_second,
      )
      return {
        measure: `\`GET /contacts/{id}\`, \`--processes ${PROCESSES}\``,
        against: 'one process',
        ours: perSecond(ours),
        theirs: perSecond(theirs),
        ratio: ratio.toFixed(2),
        goal: '> 1',
        limit: `the ${PROCESSES} cores, which the load generator, PostgreSQL and other work on the machine used too`,
      }
    }),
  )
}
