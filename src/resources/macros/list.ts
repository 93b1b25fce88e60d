// A page of macros. Its cursor is `[updated_at, id]`, the time in Unix seconds with a fraction.
import { invalid } from '#http/errors.ts'
import { badCursor, pageOf, parseCursor } from '#http/lists.ts'
import { fromEpoch } from '#http/types.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { listMacros, type MacroCursor } from './queries.ts'
import { type MacroQuery, presentMacro } from './schema.ts'

const PAGE = { default: 50, max: 150 }
/** Seconds: the year 3000. */
const LAST_TIME = 32_503_680_000

export async function pageOfMacros(
  workspace: Workspace,
  { per_page: asked, starting_after, updated_since }: MacroQuery,
) {
  const { per_page } = pageOf({ ...(asked !== undefined && { per_page: asked }) }, PAGE)
  const filter = {
    updated_since: updated_since === undefined ? undefined : timeOf(updated_since),
    after: starting_after ? decode(starting_after) : undefined,
  }
  const rows = await listMacros(workspace, filter, per_page + 1)
  const shown = rows.slice(0, per_page)
  const last = shown.at(-1)
  const next = last && rows.length > per_page ? { starting_after: encode(last) } : null
  return { type: 'list' as const, data: shown.map(presentMacro), pages: { type: 'pages' as const, per_page, next } }
}

function timeOf(updated_since: string): Date {
  const seconds = /^\d{1,11}$/.test(updated_since) ? Number(updated_since) : Number.NaN
  if (!(seconds <= LAST_TIME)) throw invalid('Invalid updated_since timestamp')
  return fromEpoch(seconds)
}

const encode = ({ updated_at, id }: MacroCursor): string =>
  Buffer.from(JSON.stringify([updated_at.getTime() / 1000, id])).toString('base64')

function decode(text: string): MacroCursor {
  const [seconds, id] = parseCursor(text)
  const isTime = typeof seconds === 'number' && seconds >= 0 && seconds <= LAST_TIME
  if (!isTime || typeof id !== 'string' || !/^\d{1,18}$/.test(id)) throw badCursor()
  return { updated_at: new Date(Math.round(seconds * 1000)), id }
}
