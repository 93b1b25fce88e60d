// Bulk operations: a request becomes a task of a job. Each noun says how one item is carried out.
import { type Static, type TObject, type TSchema, Type } from 'typebox'
import { forbidden, found, invalid, invalidBody, notFound, unprocessable } from '#http/errors.ts'
import { Id, Nullable, named, Some } from '#http/types.ts'
import { validatorCompiler } from '#http/validator.ts'
import { enqueue } from '#jobs/enqueue.ts'
import { isObject } from '#lib/objects.ts'
import { logActivity } from '#resources/activity-logs/log.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import {
  type Action,
  type BulkKind,
  countTasks,
  findJob,
  insertJob,
  insertTask,
  type JobKind,
  listTasks,
  lockBulkJob,
  touchJob,
} from './queries.ts'
import { presentJob } from './schema.ts'

/** Carries out one item of a request in the open transaction. @throws an ApiError if it is refused. */
export type CarryOut = (workspace: Workspace, item: unknown) => Promise<unknown>

/** What a noun provides: the collection in the URL, and what each action does with an item. */
export type Bulk<Kind extends BulkKind = BulkKind> = { kind: Kind; actions: Record<Action, CarryOut> }

/** The task that a worker carries out. `public_url` is that of the server, for the event of the job's end. */
export type TaskPayload = { workspace_id: string; admin_id: string; task_id: string; public_url: string }

export const taskName = (kind: JobKind) => `${kind}:bulk`

const MAX_ITEMS = 100

/** A job shows all its tasks: with this many it is closed, so that its answer does not grow without end. */
const MAX_TASKS = 1_000

/** What the operations that add a task have in common. The limit: 100 items with dozens of custom attributes each. */
export const ADDS_TASK = {
  since: 'Preview',
  status: 202,
  refuses: [404, 422],
  body_limit: 4 * 1024 * 1024,
} as const

const JobReference = named('bulk_job_reference', Some({ id: Id }))

/**
 * The body of a bulk operation: `{ contacts: […], job: { id } }`. Any body passes the schema, because each wrong one has
 * a 422 of its own, and a wrong value of an item is an error of that item.
 */
export const BulkBody = (name: string, kind: BulkKind, item: TSchema) =>
  Type.Unsafe<unknown>({
    anyOf: [
      named(
        name,
        Type.Object({
          [kind]: Type.Array(item, { maxItems: MAX_ITEMS }),
          job: Type.Optional(Nullable(JobReference)),
        }),
      ),
      {},
    ],
  })

/** The body of a request that deletes. */
export const ByItemId = named('bulk_item_reference', Type.Object({ id: Id }))

/**
 * Returns an action that checks an item against its schema, and leaves out what is not in the schema. An item that fails
 * the check is refused.
 */
export function itemAction<Item extends TObject>(
  schema: Item,
  carryOut: (workspace: Workspace, item: Static<Item>) => Promise<unknown>,
): CarryOut {
  const validate = validatorCompiler({ schema, httpPart: 'body', method: '', url: '' })
  const known = Object.keys(schema.properties)
  return (workspace, item) => {
    const result = validate(item) as { error?: object[]; value?: Record<string, unknown> }
    if (result.error) throw invalidBody(result.error)
    const named = Object.entries(result.value ?? {}).filter(([key]) => known.includes(key))
    return carryOut(workspace, Object.fromEntries(named) as Static<Item>)
  }
}

/**
 * Stores the items of a request as a task, and asks a worker to carry it out. Returns the job as it is on the wire.
 * @throws a 422 for a wrong body, a 404 for an unknown job, a 403 for a job that has ended.
 */
export async function addTask<Kind extends BulkKind>(
  workspace: Workspace,
  { kind }: Bulk<Kind>,
  action: Action,
  { body, public_url }: { body: unknown; public_url: string },
) {
  const items = readItems(body, kind, action)
  const given_id = readJobId(body)
  const opened =
    given_id === undefined ? await insertJob(workspace, kind) : await lockOpenJob(workspace, kind, given_id)
  const task_id = await insertTask(workspace, opened.id, action, items)
  if (action === 'delete') await logDeletion(workspace, kind, items.length)
  const job = given_id === undefined ? opened : await touchJob(workspace, opened.id)
  await enqueueTask(workspace, kind, {
    ...{ workspace_id: workspace.id, admin_id: workspace.admin_id },
    ...{ task_id, public_url },
  })
  return presentJob(kind, job, await listTasks(workspace, job.id), public_url)
}

const logDeletion = (workspace: Workspace, kind: BulkKind, count: number) =>
  logActivity(workspace, {
    type: 'bulk_delete',
    did: `requested the deletion of ${count} ${kind} in bulk`,
    metadata: { object_type: kind, count },
  })

/**
 * A queue for each workspace: its tasks wait for one another, so that they take one place in the worker, however many
 * there are, and other workspaces' jobs the rest.
 */
export const enqueueTask = ({ sql }: Pick<Workspace, 'sql'>, kind: JobKind, payload: TaskPayload) =>
  enqueue(sql, { name: taskName(kind), payload, queue: `bulk ${payload.workspace_id}` })

/** @throws a 404 if there is no such job of this kind. */
export async function showJob<Kind extends BulkKind>(
  workspace: Workspace,
  { kind }: Bulk<Kind>,
  id: string,
  public_url: string,
) {
  const job = await findJob(workspace, id)
  const shown = found(job?.kind === kind ? job : undefined, `job ${id} not found`, 'job_not_found')
  return presentJob(kind, shown, await listTasks(workspace, shown.id), public_url)
}

const SINGULAR: Record<BulkKind, string> = { contacts: 'contact', companies: 'company' }

function readItems(body: unknown, kind: BulkKind, action: Action): Record<string, unknown>[] {
  const items = isObject(body) ? body[kind] : undefined
  const isAbsent = items === undefined || items === null || (Array.isArray(items) && !items.length)
  if (isAbsent) throw unprocessable('field_not_found', `${kind} field must be supplied`)
  if (!Array.isArray(items)) throw unprocessable('type_mismatch', `${kind} must be an array`)
  if (items.length > MAX_ITEMS) {
    throw unprocessable('parameter_invalid', `maximum number of ${kind} per request is ${MAX_ITEMS}`)
  }
  if (!items.every(isObject)) throw unprocessable('type_mismatch', `each ${SINGULAR[kind]} must be an object`)
  if (action !== 'create' && !items.every(({ id }) => isId(id))) {
    throw unprocessable('field_not_found', `${kind} must be identified by id`)
  }
  return items
}

const isId = (id: unknown): boolean => (typeof id === 'string' && id.trim() !== '') || Number.isInteger(id)

/** Returns undefined if the request does not name a job. */
function readJobId(body: unknown): string | undefined {
  const job = isObject(body) ? body['job'] : undefined
  if (job === undefined || job === null) return undefined
  if (!isObject(job)) throw invalid('job must be an object')
  const { id } = job
  if (id === undefined || id === null) return undefined
  if (typeof id !== 'string' && typeof id !== 'number') throw invalid('job.id must be a string')
  return String(id)
}

async function lockOpenJob(workspace: Workspace, kind: BulkKind, id: string) {
  const job = await lockBulkJob(workspace, kind, id)
  if (!job) throw notFound(`job ${id} not found`, 'job_not_found')
  const is_closed = job.completed_at || (await countTasks(workspace, job.id, MAX_TASKS)) === MAX_TASKS
  if (is_closed) throw forbidden(`job ${id} is closed for new task updates`)
  return job
}
