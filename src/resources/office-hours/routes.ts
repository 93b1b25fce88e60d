// Office hours: weekly schedules in a time zone, and exceptions on single dates.
import { Type } from 'typebox'
import { found, invalid } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { ById, epoch, epochOrNull, fromEpoch } from '#http/types.ts'
import type { Resource } from '#server.ts'
import { isOpenAt, nextOpening, openSeconds } from './calendar.ts'
import { findCalendar, findException, findSchedule, listExceptions, listSchedules } from './queries.ts'
import { changeException, createException, removeException } from './save-exception.ts'
import { changeSchedule, createSchedule, removeSchedule } from './save-schedule.ts'
import {
  DeletedException,
  DeletedSchedule,
  ExceptionRequest,
  HoursException,
  HoursExceptionList,
  NewExceptionRequest,
  NewScheduleRequest,
  OpenHours,
  OpenQuery,
  presentException,
  presentSchedule,
  Schedule,
  ScheduleList,
  ScheduleRequest,
} from './schema.ts'

const since = '2.16'
const scope = 'read_write_office_hours'
const NOT_FOUND = 'Object not found'

const OfSchedule = Type.Object({ office_hours_schedule_id: Type.String() })
const OneOfSchedule = Type.Object({ office_hours_schedule_id: Type.String(), id: Type.String() })

/** Seconds: ten years. */
const LONGEST_SPAN = 3653 * 86_400

function officeHours(app: App) {
  app.get(
    '/office_hours_schedules',
    op('listOfficeHoursSchedules', {
      summary: 'List the office hours schedules',
      since,
      scope,
      response: ScheduleList,
    }),
    async ({ workspace }) => ({
      type: 'office_hours_schedule.list' as const,
      data: (await listSchedules(workspace)).map(presentSchedule),
    }),
  )

  app.post(
    '/office_hours_schedules',
    op('createOfficeHoursSchedule', {
      summary: 'Create an office hours schedule',
      ...{ since, scope, status: 201, refuses: [422] },
      body: NewScheduleRequest,
      response: Schedule,
    }),
    async ({ workspace, body }) => presentSchedule(await createSchedule(workspace, body)),
  )

  app.get(
    '/office_hours_schedules/:id',
    op('getOfficeHoursSchedule', {
      summary: 'Show an office hours schedule',
      ...{ since, scope },
      params: ById,
      response: Schedule,
    }),
    async ({ workspace, params }) => presentSchedule(found(await findSchedule(workspace, params.id), NOT_FOUND)),
  )

  app.put(
    '/office_hours_schedules/:id',
    op('updateOfficeHoursSchedule', {
      summary: 'Change an office hours schedule',
      ...{ since, scope, refuses: [422] },
      params: ById,
      body: ScheduleRequest,
      response: Schedule,
    }),
    async ({ workspace, params, body }) => presentSchedule(await changeSchedule(workspace, params.id, body)),
  )

  app.delete(
    '/office_hours_schedules/:id',
    op('deleteOfficeHoursSchedule', {
      summary: 'Delete an office hours schedule with its exceptions',
      ...{ since, scope },
      params: ById,
      response: DeletedSchedule,
    }),
    async ({ workspace, params }) => {
      const { id } = await removeSchedule(workspace, params.id)
      return { id, object: 'office_hours_schedule' as const, deleted: true as const }
    },
  )

  app.get(
    '/office_hours_schedules/:office_hours_schedule_id/office_hours_exceptions',
    op('listOfficeHoursExceptions', {
      summary: 'List the exceptions of a schedule, by date',
      ...{ since, scope },
      params: OfSchedule,
      response: HoursExceptionList,
    }),
    async ({ workspace, params }) => {
      const { id } = found(await findSchedule(workspace, params.office_hours_schedule_id), NOT_FOUND)
      const data = (await listExceptions(workspace, id)).map(presentException)
      return { type: 'office_hours_exception.list' as const, data }
    },
  )

  app.post(
    '/office_hours_schedules/:office_hours_schedule_id/office_hours_exceptions',
    op('createOfficeHoursException', {
      summary: 'Create an exception of a schedule',
      ...{ since, scope, status: 201, refuses: [422] },
      params: OfSchedule,
      body: NewExceptionRequest,
      response: HoursException,
    }),
    async ({ workspace, params, body }) =>
      presentException(await createException(workspace, params.office_hours_schedule_id, body)),
  )

  app.get(
    '/office_hours_schedules/:office_hours_schedule_id/office_hours_exceptions/:id',
    op('getOfficeHoursException', {
      summary: 'Show an exception of a schedule',
      ...{ since, scope },
      params: OneOfSchedule,
      response: HoursException,
    }),
    async ({ workspace, params: { office_hours_schedule_id, id } }) =>
      presentException(found(await findException(workspace, office_hours_schedule_id, id), NOT_FOUND)),
  )

  app.put(
    '/office_hours_schedules/:office_hours_schedule_id/office_hours_exceptions/:id',
    op('updateOfficeHoursException', {
      summary: 'Change an exception of a schedule',
      ...{ since, scope, refuses: [422] },
      params: OneOfSchedule,
      body: ExceptionRequest,
      response: HoursException,
    }),
    async ({ workspace, params: { office_hours_schedule_id, id }, body }) =>
      presentException(await changeException(workspace, office_hours_schedule_id, id, body)),
  )

  app.delete(
    '/office_hours_schedules/:office_hours_schedule_id/office_hours_exceptions/:id',
    op('deleteOfficeHoursException', {
      summary: 'Delete an exception of a schedule',
      ...{ since, scope },
      params: OneOfSchedule,
      response: DeletedException,
    }),
    async ({ workspace, params }) => {
      const { id } = await removeException(workspace, params.office_hours_schedule_id, params.id)
      return { id, object: 'office_hours_exception' as const, deleted: true as const }
    },
  )

  app.get(
    '/extensions/office_hours_schedules/:id/open',
    op('showOpenHours', {
      summary: 'Show whether a schedule is open, when it opens next, and how much open time is between two times',
      params: ById,
      query: OpenQuery,
      response: OpenHours,
    }),
    async ({ workspace, params, query: { at: seconds, until } }) => {
      const at = seconds === undefined ? workspace.now() : fromEpoch(seconds)
      if (until !== undefined && until - epoch(at) > LONGEST_SPAN)
        throw invalid('until must be at most ten years after at')
      const calendar = found(await findCalendar(workspace, params.id), NOT_FOUND)
      return {
        type: 'office_hours_open' as const,
        office_hours_schedule_id: params.id,
        at: epoch(at),
        open: isOpenAt(calendar, at),
        next_opening_at: epochOrNull(nextOpening(calendar, at)),
        open_seconds: until === undefined ? null : openSeconds(calendar, at, fromEpoch(until)),
      }
    },
  )
}

export default { group: 'Office Hours', routes: officeHours } satisfies Resource
