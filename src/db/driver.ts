// The PostgreSQL driver, with fixes for broken connections that are applied while it is loaded. Without them, a
// database restart can leave requests without an answer, end the process, or commit a part of a transaction, and a
// query that fails in the middle of its rows corrupts the next result.
// https://github.com/porsager/postgres/issues/1208, /issues/1216, /issues/1181, /pull/1209, /pull/1215
// The others make it choose among several hosts, and check certificates, as libpq does.
import { registerHooks } from 'node:module'

/** Replaces `from`, which occurs exactly once in one of the driver's files. */
type Fix = { file: string; from: string; to: string }

const FIXES: Fix[] = [
  // Bytes buffered for a broken connection were sent on the next one, and later ones were never sent.
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
  // Queries between the error of a connection and its end got no answer, or the result of another query.
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
  // Rows received before a query's error left holes in the next result on that connection.
  {
    file: 'connection.js',
    from: 'result = new Result()\n    connectTimer.cancel()',
    to: 'result = new Result()\n    rows = 0\n    connectTimer.cancel()',
  },
  // If the connection broke while it fetched the types, the error was not caught and ended the process.
  { file: 'connection.js', from: 'return fetchArrayTypes()', to: 'return fetchArrayTypes().catch(() => {})' },
  // The rest of a transaction was sent on the connection that replaced the broken one.
  { file: 'index.js', from: 'connection.onclose = reject)', to: 'connection.onclose = (e) => reject(lost = e))' },
  { file: 'index.js', from: '      , prepare = null\n', to: '      , prepare = null\n      , lost = null\n' },
  {
    file: 'index.js',
    from: '        c.queue === full\n          ? queries.push(q)',
    to: '        if (lost)\n          return q.reject(lost)\n\n        c.queue === full\n          ? queries.push(q)',
  },
  // The certificate of a server that is named by its IP address was compared with `localhost`.
  {
    file: 'connection.js',
    from: '      servername: net.isIP(socket.host) ? undefined : socket.host\n',
    to: '      servername: net.isIP(socket.host) ? undefined : socket.host,\n      host: socket.host\n',
  },
  // A server without TLS was sent a TLS handshake, which ended in a misleading error.
  {
    file: 'connection.js',
    from: `
        return connected()
    }

    const options = {`,
    to: `
        return connected()
      if (!canSSL)
        return socket.destroy(Object.assign(new Error('the server does not support TLS'), { code: 'NO_TLS' }))
    }

    const options = {`,
  },
  // A hot standby was taken for a server that accepts writes.
  {
    file: 'connection.js',
    from: "(x === 'read-write' && xs.default_transaction_read_only === 'on')",
    to: "(x === 'read-write' && (xs.default_transaction_read_only === 'on' || xs.in_hot_standby === 'on'))",
  },
]

let applied = 0

function fixed(source: string, { file, from, to }: Fix): string {
  if (source.split(from).length !== 2) throw new Error(`The fixes do not match the PostgreSQL driver's ${file}`)
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
if (applied < FIXES.length) throw new Error('The PostgreSQL driver was loaded before the fixes could be applied')

export default postgres
