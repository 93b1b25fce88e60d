// Creates, changes and deletes the exceptions of a schedule.
import { found } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { assertDate, DAY, readIntervals, refused } from './intervals.ts'
import {
  deleteException,
  type ExceptionRow,
  findException,
  insertException,
  listExceptions,
  lockSchedule,
  type NewException,
  updateException,
} from './queries.ts'
import { logChange } from './save-schedule.ts'
import type { ExceptionRequest, NewExceptionRequest } from './schema.ts'

/** The list has no pages. */
const MAX_EXCEPTIONS = 500

export async function createException(workspace: Workspace, schedule_id: string, request: NewExceptionRequest) {
  const schedule = await theScheduleLocked(workspace, schedule_id)
  const exception = read({ name: null, time_intervals: null, recurring_annually: false, ...request })
  const others = await listExceptions(workspace, schedule.id)
  if (others.length >= MAX_EXCEPTIONS)
    throw refused(`The schedule has ${MAX_EXCEPTIONS} exceptions already: delete one first`)
  assertFreeDate(exception, others)
  const created = await insertException(workspace, schedule.id, exception)
  await logChange(workspace, schedule, `created an exception on ${created.exception_date} of the office hours schedule`)
  return created
}

/** Fields that are not given stay as they are, but a day that becomes closed has no hours. */
export async function changeException(
  workspace: Workspace,
  schedule_id: string,
  id: string,
  request: ExceptionRequest,
) {
  const schedule = await theScheduleLocked(workspace, schedule_id)
  const exception = found(await findException(workspace, schedule.id, id), 'Object not found')
  const kept = request.exception_type === 'closed' ? { ...exception, time_intervals: null } : exception
  const changed = read({ ...kept, ...request })
  const others = (await listExceptions(workspace, schedule.id)).filter((other) => other.id !== exception.id)
  assertFreeDate(changed, others)
  const updated = await updateException(workspace, exception, changed)
  await logChange(
    workspace,
    schedule,
    `changed the exception on ${updated.exception_date} of the office hours schedule`,
  )
  return updated
}

export async function removeException(workspace: Workspace, schedule_id: string, id: string): Promise<ExceptionRow> {
  const schedule = await theScheduleLocked(workspace, schedule_id)
  const deleted = found(await deleteException(workspace, schedule.id, id), 'Object not found')
  await logChange(
    workspace,
    schedule,
    `deleted the exception on ${deleted.exception_date} of the office hours schedule`,
  )
  return deleted
}

/** Requests that change exceptions of one schedule wait for each other. */
const theScheduleLocked = async (workspace: Workspace, id: string) =>
  found(await lockSchedule(workspace, id), 'Object not found')

function read(given: NewException): NewException {
  const { exception_date, exception_type, name, time_intervals, recurring_annually } = given
  assertDate(exception_date)
  const is_closed = exception_type === 'closed'
  if (is_closed && time_intervals?.length) throw refused('time_intervals must be absent if exception_type is closed')
  if (!is_closed && !time_intervals?.length)
    throw refused('time_intervals is required if exception_type is custom_hours')
  return {
    ...{ exception_date, exception_type, recurring_annually },
    name: name?.trim() || null,
    time_intervals: is_closed ? null : readIntervals(time_intervals ?? [], DAY),
  }
}

function assertFreeDate({ exception_date, recurring_annually }: NewException, others: readonly ExceptionRow[]) {
  const day = (date: string) => date.slice(5)
  const taken = others.find(
    (other) =>
      other.exception_date === exception_date ||
      (recurring_annually && other.recurring_annually && day(other.exception_date) === day(exception_date)),
  )
  if (taken) throw refused(`exception_date is already that of exception ${taken.id}`)
}
