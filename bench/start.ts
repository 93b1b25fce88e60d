// The time from the command to the first answer: with existing data, and without any.
import { serverProcess } from '../test/server-process.ts'
import { inMs, median, type Row, type Size } from './figures.ts'

export async function measureStart({ quick }: Size): Promise<Row> {
  const firsts: number[] = []
  const laters: number[] = []
  for (let directory = 0; directory < (quick ? 1 : 3); directory++) {
    const server = await serverProcess({ environment: { INTERPHONE_DEMO: '1' } })
    try {
      for (let start = 0; start <= 3; start++) {
        const began = performance.now()
        server.start()
        await server.ready()
        const figures = start === 0 ? firsts : laters
        figures.push(performance.now() - began)
        await server.stop()
      }
    } finally {
      await server.remove()
    }
  }
  return {
    measure: 'from the start command to the first `GET /me` with status 200, existing data',
    against: 'the very first start, which creates the database',
    ours: inMs(median(laters)),
    theirs: inMs(median(firsts)),
    ratio: '',
    goal: '< 1 s; < 4 s',
    limit: 'loading the code, while PostgreSQL starts; on the first start, initdb',
  }
}
