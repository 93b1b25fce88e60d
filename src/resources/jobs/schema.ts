// The schemas of a job: as each noun's bulk operations show it, and as GET /jobs/status does.
import { type Static, Type } from 'typebox'
import { PageOf } from '#http/lists.ts'
import { epoch, epochOrNull, Nullable, named } from '#http/types.ts'
import { type BulkKind, type JobRow, type RefusedRow, type TaskRow, wireId } from './queries.ts'

const Time = Type.Integer()

const Task = named(
  'bulk_job_task',
  Type.Object({
    id: Type.String(),
    item_count: Type.Integer(),
    state: Type.Enum(['pending', 'running', 'completed', 'completed_with_errors']),
    created_at: Time,
    started_at: Nullable(Time),
    completed_at: Nullable(Time),
  }),
)

/** The schema of the jobs of one kind: `contacts_bulk_job`. */
export const BulkJob = <const Kind extends BulkKind>(kind: Kind) =>
  named(
    `${kind}_bulk_job`,
    Type.Object({
      id: Type.String(),
      type: Type.Literal(`${kind}.bulk.job` as const),
      state: Type.Enum(['pending', 'running', 'completed', 'completed_with_errors'], {
        description: 'A job accepts tasks while it is running.',
      }),
      created_at: Time,
      updated_at: Time,
      completed_at: Nullable(Time),
      tasks: Type.Array(Task),
      url: Type.String(),
    }),
  )

export const JobStatus = named(
  'jobs',
  Type.Object({
    type: Type.Literal('job'),
    id: Type.String(),
    url: Type.String(),
    status: Type.Enum(['pending', 'success', 'failed']),
    resource_type: Type.String(),
    resource_id: Nullable(Type.String()),
    resource_url: Nullable(Type.String()),
  }),
)

const JobError = named(
  'job_error',
  Type.Object({
    type: Type.Literal('job.error'),
    task_id: Type.String(),
    position: Type.Integer({ description: 'The index of the item in its request, from 0.' }),
    code: Type.String(),
    message: Type.String(),
    field: Nullable(Type.String({ description: 'The property that the message is about; null if it is about none.' })),
    created_at: Time,
  }),
)

export const JobErrorList = named('job_error_list', PageOf(JobError))

const taskWireId = (id: string) => `task_v2_${id}`

const urlOf = (job: JobRow, public_url: string) => `${public_url}/${job.kind}/bulk/${wireId(job)}`

export const presentJob = <const Kind extends BulkKind>(
  kind: Kind,
  job: JobRow,
  tasks: readonly TaskRow[],
  public_url: string,
): Static<ReturnType<typeof BulkJob<Kind>>> => ({
  id: wireId(job),
  type: `${kind}.bulk.job`,
  state: job.state,
  created_at: epoch(job.created_at),
  updated_at: epoch(job.updated_at),
  completed_at: epochOrNull(job.completed_at),
  tasks: tasks.map(({ id, item_count, state, created_at, started_at, completed_at }) => ({
    id: taskWireId(id),
    item_count,
    state,
    created_at: epoch(created_at),
    started_at: epochOrNull(started_at),
    completed_at: epochOrNull(completed_at),
  })),
  url: urlOf(job, public_url),
})

const STATUS = { running: 'pending', completed: 'success', completed_with_errors: 'failed' } as const

export const presentStatus = (job: JobRow, public_url: string): Static<typeof JobStatus> => ({
  type: 'job',
  id: wireId(job),
  url: `${public_url}/jobs/status/${wireId(job)}`,
  status: STATUS[job.state],
  ...(job.kind === 'tickets' ? ticketOf(job, public_url) : bulkOf(job, public_url)),
})

const ticketOf = ({ resource_id }: JobRow, public_url: string) => ({
  resource_type: 'ticket',
  resource_id,
  resource_url: resource_id && `${public_url}/tickets/${resource_id}`,
})

const bulkOf = (job: JobRow, public_url: string) => ({
  resource_type: `${job.kind}.bulk.job`,
  resource_id: wireId(job),
  resource_url: urlOf(job, public_url),
})

export const presentRefused = (refused: RefusedRow): Static<typeof JobError> => ({
  type: 'job.error',
  task_id: taskWireId(refused.task_id),
  position: refused.position,
  code: refused.code,
  message: refused.message,
  field: refused.field,
  created_at: epoch(refused.refused_at),
})
