// Which errors of a query a retry may not meet again.

/**
 * Classes of PostgreSQL's error codes: connection, rollback of a transaction (such as a deadlock), resources, object state
 * (such as a lock that is not available), cancelled by the operator or a time limit, system.
 */
const CLASSES = ['08', '40', '53', '55', '57', '58', 'XX']
/** A server accepts no writes while it is a standby. */
const READ_ONLY = '25006'
/** Of the driver and of the operating system. */
const CONNECTION = /^(CONNECTION_\w+|CONNECT_TIMEOUT|ECONN\w+|EPIPE|ENOENT|ETIMEDOUT)$/

/** Returns whether an error is of the database, and not of the statement or its values. */
export function isTransient(error: unknown): boolean {
  const code = String((error as { code?: unknown } | null)?.code ?? '')
  return (
    code === READ_ONLY || CONNECTION.test(code) || (/^[0-9A-Z]{5}$/.test(code) && CLASSES.includes(code.slice(0, 2)))
  )
}
