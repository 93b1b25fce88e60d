// A span for each statement of a request or a delivery. Its name says which tables are written or read; neither the text nor the values of
// the statement are recorded.
import { LRUCache } from 'lru-cache'
import type { Tracer } from '#tracing/trace.ts'
import type { Pool } from './sql.ts'

/** What we need to know of the driver's class of queries. `string` is the text that is sent, from then on. */
type Query = PromiseLike<unknown> & { executed: boolean; string?: string; handle(): Promise<unknown> }

const traced = new WeakSet<object>()

/** Statements outside of a span, such as those that look for work, are not recorded. Applies to all pools of the process. */
export function traceStatements(sql: Pool, tracer: () => Tracer | undefined): void {
  const prototype: Query = Object.getPrototypeOf(sql`select`)
  if (traced.has(prototype)) return
  traced.add(prototype)
  const { handle } = prototype
  prototype.handle = function (this: Query) {
    const active = this.executed ? undefined : tracer()
    if (active?.isRecording()) record(this, active)
    return handle.call(this)
  }
}

function record(query: Query, tracer: Tracer): void {
  const span = tracer.start('statement', { kind: 'client', attributes: { 'db.system.name': 'postgresql' } })
  const end = (error?: { code?: string }) => {
    const summary = query.string === undefined ? 'statement' : summaryOf(query.string)
    span.rename(summary)
    span.set({ 'db.query.summary': summary })
    if (error) span.fail(error.code)
    span.end()
  }
  // The driver's own `then` would send the statement.
  Promise.prototype.then.call(query, () => end(), end)
}

const summaries = new LRUCache<string, string>({ max: 1_000 })
/** The longest name that OpenTelemetry's conventions allow. */
const LONGEST = 255

const WRITES =
  /(?<!\bfor |\bdo |\bno key )\b(insert)\s+into\s+(\w+)|(?<!\bfor |\bdo |\bno key )\b(update)\s+(\w+)|\b(delete)\s+from\s+(\w+)/gi
const NAMED = /\b(\w+)(?:\s*\([^()]*\))?\s+as\s+(?:not\s+)?(?:materialized\s+)?\(/gi
const READS = /\b(?:from|join)\s+(\w+)(?!\s*\(|\w)/gi

/** Returns `INSERT messages deliveries events`, `SELECT contacts`, or the first word of another statement. */
function summaryOf(text: string): string {
  const known = summaries.get(text)
  if (known !== undefined) return known
  const [first = ''] = /\w+/.exec(text) ?? []
  const summary = (writesOf(text) || readsOf(text) || first.toUpperCase() || 'statement').slice(0, LONGEST)
  summaries.set(text, summary)
  return summary
}

function writesOf(text: string): string {
  const tables = new Map<string, Set<string>>()
  for (const [, ...groups] of text.matchAll(WRITES)) {
    const [verb, table] = groups.filter((group) => group !== undefined) as [string, string]
    const key = verb.toUpperCase()
    tables.set(key, (tables.get(key) ?? new Set()).add(table))
  }
  return [...tables].map(([verb, names]) => `${verb} ${[...names].join(' ')}`).join(' ')
}

function readsOf(text: string): string {
  if (!/^\s*(?:select|with)\b/i.test(text)) return ''
  const named = new Set([...text.matchAll(NAMED)].map(([, name]) => name))
  const tables = [...text.matchAll(READS)].map(([, name]) => name).filter((name) => !named.has(name))
  const different = [...new Set(tables)].filter((name) => name !== 'lateral' && name !== 'unnest')
  return different.length ? `SELECT ${different.join(' ')}` : 'SELECT'
}
