// Asks for an export, and cancels one.
import { randomBytes } from 'node:crypto'
import { ApiError } from '#http/errors.ts'
import { enqueue } from '#jobs/enqueue.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { countActiveLocked, type ExportKind, type ExportRow, insertExport } from './queries.ts'

/** Returns the name of the job that carries out exports of the kind. Its payload is an `ExportPayload`. */
export const jobOf = (kind: ExportKind) => `${kind}-exports:run`
export type ExportPayload = { workspace_id: string; id: string }

/** How many exports of a kind a workspace can have at once, and what the refusal calls them. */
const LIMITS: Record<ExportKind, { jobs: number; name: string }> = {
  content: { jobs: 1, name: 'message data export jobs' },
  reporting: { jobs: 5, name: 'reporting dataset export jobs' },
}

/** `request`: all that fixes the meaning of the export. @throws a 429 while too many of this kind are active */
export const requestExport = (workspace: Workspace, kind: ExportKind, request: object): Promise<ExportRow> =>
  atomically(workspace, async (workspace) => {
    const { jobs, name } = LIMITS[kind]
    if ((await countActiveLocked(workspace, kind)) >= jobs)
      throw new ApiError(429, 'rate_limit_exceeded', `Exceeded rate limit of ${jobs} pending ${name}`)
    const created = await insertExport(workspace, { id: newIdentifier(), kind, request })
    const payload: ExportPayload = { workspace_id: workspace.id, id: created.id }
    await enqueue(workspace.sql, { name: jobOf(kind), payload })
    return created
  })

const LENGTH = 16

/** Returns lower-case letters and digits, as in the documentation's examples. */
const newIdentifier = (): string =>
  Array.from(randomBytes(LENGTH), (byte) => 'abcdefghijklmnopqrstuvwxyz012345'[byte % 32]).join('')
