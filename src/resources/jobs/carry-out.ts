// Carries out the tasks of bulk jobs in a worker: each item in a transaction of its own, which also marks it as done.
import { type ApiError, asRefusal } from '#http/errors.ts'
import type { Job } from '#jobs/job.ts'
import type { WorkerContext } from '#server.ts'
import { openWorkspace } from '#workspaces/open.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { type CarryOut, enqueueTask, type TaskPayload, taskName } from './bulk.ts'
import {
  type Action,
  countFailure,
  deleteItem,
  endJob,
  endTask,
  type JobKind,
  lockJob,
  lockNextItem,
  type Refusal,
  refuseItem,
  startTask,
  type TaskRow,
  wireId,
} from './queries.ts'
import { presentStatus } from './schema.ts'
import { jobEvents } from './topics.ts'

/** Then the task waits behind the others of its workspace, so that slow items do not hold up all of them. */
const TURN_MS = 1_000

/** An item that fails so often, though the database is well, is refused: it must not hold up the others for ever. */
const MAX_FAILURES = 3

/** What each action of the kind does with an item. `cleanUp` removes what an item that is refused leaves. */
type Carried = { kind: JobKind; actions: Partial<Record<Action, CarryOut>>; cleanUp?: CarryOut }

/** May run twice at once, and again after a crash: an item is locked, carried out and removed in one transaction. */
export const bulkJob = ({ kind, actions, cleanUp }: Carried): Job<Pick<WorkerContext, 'sql'>> => ({
  name: taskName(kind),
  async run({ sql }, payload) {
    const { workspace_id, admin_id, task_id, public_url } = payload as TaskPayload
    const workspace = await openWorkspace(sql, workspace_id, admin_id)
    const task = await startTask(workspace, task_id)
    if (!task) return
    const until = performance.now() + TURN_MS
    while (performance.now() < until) {
      const is_left = await carryOutNext(workspace, task, actions[task.action]!, cleanUp)
      if (!is_left) return end(workspace, task, public_url)
    }
    await enqueueTask(workspace, kind, payload as TaskPayload)
  },
})

/** Returns false if no item was left. @throws if an item failed for a reason that may pass; then the job runs again. */
async function carryOutNext(
  workspace: Workspace,
  task: TaskRow,
  carryOut: CarryOut,
  cleanUp?: CarryOut,
): Promise<boolean> {
  let next: { position: number; request: unknown } | undefined
  try {
    await atomically(workspace, async (transaction) => {
      next = await lockNextItem(transaction, task.id)
      if (!next) return
      // A copy: the action may change it, and an item that failed is read again for its message.
      await carryOut(transaction, structuredClone(next.request))
      await deleteItem(transaction, task.id, next.position)
    })
  } catch (error) {
    if (!next) throw error
    await failed(workspace, task, { ...next, cleanUp }, error)
  }
  return next !== undefined
}

type Item = { position: number; request: unknown; cleanUp: CarryOut | undefined }

async function failed(workspace: Workspace, task: TaskRow, item: Item, error: unknown): Promise<void> {
  const { position, request } = item
  const refusal = asRefusal(error)
  if (refusal) return refuse(workspace, task, item, refused(refusal, request))
  const counted = await countFailure(workspace, task.id, position)
  if (counted && counted.failures < MAX_FAILURES) throw error
  await refuse(workspace, task, item, {
    ...{ code: 'server_error', message: 'Something went wrong on our side', field: null },
  })
}

const refuse = (workspace: Workspace, task: TaskRow, { position, request, cleanUp }: Item, refusal: Refusal) =>
  atomically(workspace, async (transaction) => {
    const { count } = await refuseItem(transaction, task.id, position, refusal)
    if (count) await cleanUp?.(transaction, request)
  })

/** Messages about one property begin with its name. */
function refused({ code, message }: ApiError, request: unknown): Refusal {
  const [path = ''] = message.split(' ')
  const [property = ''] = path.split('.')
  return { code, message, field: property in (request as object) || message === `${path} is required` ? path : null }
}

async function end(workspace: Workspace, task: TaskRow, public_url: string): Promise<void> {
  await atomically(workspace, async (transaction) => {
    await lockJob(transaction, task.job_id)
    await endTask(transaction, task.id)
    const ended = await endJob(transaction, task.job_id)
    if (!ended) return
    await jobEvents.emit(transaction, {
      topic: 'job.completed',
      object_id: wireId(ended),
      snapshot: () => presentStatus(ended, public_url),
    })
  })
}
