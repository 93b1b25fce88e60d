// The PostgreSQL driver, with what it does wrong when a connection breaks put right as it is loaded: as it is published,
// a database that restarts leaves requests unanswered for good, ends the process, or lets a part of a transaction
// through, and a query that fails in the middle of its rows spoils the next one's.
// https://github.com/porsager/postgres/issues/1208, /issues/1216, /issues/1181, /pull/1209, /pull/1215
import { registerHooks } from 'node:module'

/** A place in one of the driver's files, which is there once, and what stands there instead. */
type Fix = { file: string; from: string; to: string }

const FIXES: Fix[] = [
  // Bytes that wait for a broken connection would go out on the next one, and nothing after them ever would.
  {
    file: 'connection.js',
    from: 'clearImmediate(nextWriteTimer)\n    if (socket) {',
    to: 'clearImmediate(nextWriteTimer)\n    chunk = nextWriteTimer = null\n    if (socket) {',
  },
  {
    file: 'connection.js',
    from: 'clearImmediate(nextWriteTimer)\n    socket.removeListener',
    to: 'clearImmediate(nextWriteTimer)\n    chunk = nextWriteTimer = null\n    socket.removeListener',
  },
  // Queries that came between the error of a connection and its end were never answered, or with the next one's result.
  {
    file: 'connection.js',
    from: `
    if (initial)
      return reconnect()

    !hadError && (query || sent.length) && error(Errors.connection('CONNECTION_CLOSED', options, socket))
`,
    to: `
    ;(query || sent.length) && error(Errors.connection('CONNECTION_CLOSED', options, socket))
    query = results = errorResponse = null
    result = new Result()
    rows = 0

    if (initial)
      return reconnect()

`,
  },
  // Rows that came before a query's error left holes in the next result on that connection.
  {
    file: 'connection.js',
    from: 'result = new Result()\n    connectTimer.cancel()',
    to: 'result = new Result()\n    rows = 0\n    connectTimer.cancel()',
  },
  // Where the connection broke while it asked for the types, nobody caught the error, which ended the process.
  { file: 'connection.js', from: 'return fetchArrayTypes()', to: 'return fetchArrayTypes().catch(() => {})' },
  // What is left of a transaction went to the connection that took the place of the broken one.
  { file: 'index.js', from: 'connection.onclose = reject)', to: 'connection.onclose = (e) => reject(lost = e))' },
  { file: 'index.js', from: '      , prepare = null\n', to: '      , prepare = null\n      , lost = null\n' },
  {
    file: 'index.js',
    from: '        c.queue === full\n          ? queries.push(q)',
    to: '        if (lost)\n          return q.reject(lost)\n\n        c.queue === full\n          ? queries.push(q)',
  },
]

let applied = 0

function fixed(source: string, { file, from, to }: Fix): string {
  if (source.split(from).length !== 2) throw new Error(`The PostgreSQL driver's ${file} is not the one that is fixed`)
  applied++
  return source.replace(from, () => to)
}

const hooks = registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    const fixes = FIXES.filter(({ file }) => url.endsWith(`/postgres/src/${file}`))
    return fixes.length ? { ...loaded, source: fixes.reduce(fixed, String(loaded.source)) } : loaded
  },
})
const { default: postgres } = await import('postgres')
hooks.deregister()
if (applied < FIXES.length) throw new Error('The PostgreSQL driver was loaded before it could be fixed')

export default postgres
