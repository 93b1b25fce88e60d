// Creates, changes and deletes schedules of office hours.
import { found } from '#http/errors.ts'
import { isTimeZone } from '#lib/time-zones.ts'
import { logActivity } from '#resources/activity-logs/log.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { readIntervals, refused, WEEK } from './intervals.ts'
import {
  countSchedulesLocked,
  deleteSchedule,
  insertSchedule,
  lockSchedule,
  type NewSchedule,
  type ScheduleRow,
  updateSchedule,
} from './queries.ts'
import type { NewScheduleRequest, ScheduleRequest } from './schema.ts'

/** The list has no pages. */
const MAX_SCHEDULES = 200

export async function createSchedule(workspace: Workspace, request: NewScheduleRequest): Promise<ScheduleRow> {
  const schedule = read(request)
  if ((await countSchedulesLocked(workspace)) >= MAX_SCHEDULES)
    throw refused(`There are ${MAX_SCHEDULES} schedules already: delete one first`)
  const created = await insertSchedule(workspace, schedule)
  await logChange(workspace, created, 'created the office hours schedule')
  return created
}

/** Fields that are not given stay as they are. */
export async function changeSchedule(workspace: Workspace, id: string, request: ScheduleRequest): Promise<ScheduleRow> {
  const schedule = found(await lockSchedule(workspace, id), 'Object not found')
  const changed = await updateSchedule(workspace, schedule.id, read({ ...schedule, ...request }))
  await logChange(workspace, changed, 'changed the office hours schedule')
  return changed
}

export async function removeSchedule(workspace: Workspace, id: string): Promise<ScheduleRow> {
  const deleted = found(await deleteSchedule(workspace, id), 'Object not found')
  await logChange(workspace, deleted, 'deleted the office hours schedule')
  return deleted
}

/** `did` is completed by the name of the schedule. */
export const logChange = (workspace: Workspace, { id, name }: Pick<ScheduleRow, 'id' | 'name'>, did: string) =>
  logActivity(workspace, {
    type: 'office_hours_change',
    did: `${did} ${name}`,
    metadata: { office_hours_schedule_id: id },
  })

function read({ name, time_zone_name, time_intervals }: NewScheduleRequest): NewSchedule {
  if (!name.trim()) throw refused('name must not be empty')
  if (!isTimeZone(time_zone_name)) throw refused(`time_zone_name ${time_zone_name} is not an IANA time zone`)
  return { name: name.trim(), time_zone_name, time_intervals: readIntervals(time_intervals, WEEK) }
}
