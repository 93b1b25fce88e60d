// Lists the results of a connector's executions: of the last hour, unless the request says otherwise.
import { invalid } from '#http/errors.ts'
import { pageOf, uncountedPages } from '#http/lists.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { theConnector } from '../save.ts'
import { ERROR_TYPES, type ErrorType, pageOfResults } from './queries.ts'
import { presentResult, type ResultsQuery } from './schema.ts'

const RESULTS_PAGE = { default: 10, max: 30 }
const HOUR_MS = 3_600_000
/** The year 3000, which PostgreSQL and JavaScript can both store. */
const LAST_SECOND = 32_503_680_000

/** @throws a 404 for an unknown connector, a 400 for a wrong parameter */
export async function listResults(workspace: Workspace, connector_id: string, query: ResultsQuery) {
  const connector = await theConnector(workspace, connector_id)
  const page = pageOf(query, RESULTS_PAGE)
  const now = workspace.now()
  const result = await pageOfResults(workspace, connector.id, page, {
    success: readFlag('success', query.success),
    error_type: readErrorType(query.error_type),
    from: readTime('start_ts', query.start_ts) ?? new Date(now.getTime() - HOUR_MS),
    to: readTime('end_ts', query.end_ts) ?? now,
  })
  const with_bodies = readFlag('include_bodies', query.include_bodies) ?? false
  return {
    type: 'list' as const,
    data: result.rows.map((row) => presentResult(row, { with_bodies })),
    pages: uncountedPages(page, result),
  }
}

function readFlag(name: string, given: string | undefined): boolean | undefined {
  if (given === undefined) return undefined
  if (given === 'true' || given === 'false') return given === 'true'
  throw invalid(`Invalid ${name}. Must be one of: true, false`)
}

function readErrorType(given: string | undefined): ErrorType | undefined {
  if (given === undefined) return undefined
  const type = ERROR_TYPES.find((one) => one === given)
  if (!type) throw invalid(`Invalid error_type. Must be one of: ${ERROR_TYPES.join(', ')}`)
  return type
}

function readTime(name: string, given: string | undefined): Date | undefined {
  if (given === undefined) return undefined
  if (/^\d{1,11}$/.test(given) && Number(given) <= LAST_SECOND) return new Date(Number(given) * 1000)
  throw invalid(`${name} must be a Unix timestamp (integer)`)
}
