// Office hours with an exception, and requests of another workspace that must not reach them.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    office_hours: string
    office_hours_exception: string
  }
}

const HOURS = { time_zone_name: 'Europe/Dublin', time_intervals: [{ start_minute: 540, end_minute: 1020 }] }
const CLOSED = { exception_date: '2026-12-25', exception_type: 'closed' }

export default {
  provides: ['office_hours', 'office_hours_exception'],
  async create({ post, workspace: { id } }) {
    const schedule = await post('/office_hours_schedules', { ...HOURS, name: `Hours of ${id}` })
    const exception = await post(`/office_hours_schedules/${schedule.id}/office_hours_exceptions`, CLOSED)
    return { office_hours: schedule.id, office_hours_exception: exception.id }
  },
  attempts: {
    getOfficeHoursSchedule: (their) => [[`GET /office_hours_schedules/${their.office_hours}`]],
    updateOfficeHoursSchedule: (their) => [[`PUT /office_hours_schedules/${their.office_hours}`, { name: 'Mine' }]],
    listOfficeHoursExceptions: (their) => [
      [`GET /office_hours_schedules/${their.office_hours}/office_hours_exceptions`],
    ],
    createOfficeHoursException: (their) => [
      [
        `POST /office_hours_schedules/${their.office_hours}/office_hours_exceptions`,
        { ...CLOSED, exception_date: '2026-01-01' },
      ],
    ],
    getOfficeHoursException: (their, my) => [
      [`GET /office_hours_schedules/${their.office_hours}/office_hours_exceptions/${their.office_hours_exception}`],
      [`GET /office_hours_schedules/${my.office_hours}/office_hours_exceptions/${their.office_hours_exception}`],
    ],
    updateOfficeHoursException: (their, my) => [
      [
        `PUT /office_hours_schedules/${their.office_hours}/office_hours_exceptions/${their.office_hours_exception}`,
        { name: 'Mine' },
      ],
      [
        `PUT /office_hours_schedules/${my.office_hours}/office_hours_exceptions/${their.office_hours_exception}`,
        { name: 'Mine' },
      ],
    ],
    showOpenHours: (their) => [[`GET /extensions/office_hours_schedules/${their.office_hours}/open`]],
  },
  removals: {
    deleteOfficeHoursException: (their) => [
      [`DELETE /office_hours_schedules/${their.office_hours}/office_hours_exceptions/${their.office_hours_exception}`],
    ],
    deleteOfficeHoursSchedule: (their) => [[`DELETE /office_hours_schedules/${their.office_hours}`]],
  },
  lists: { listOfficeHoursSchedules: () => [['GET /office_hours_schedules']] },
  tested_elsewhere: ['createOfficeHoursSchedule'],
  ids: {
    office_hours_schedules: ['office_hours'],
    office_hours_schedule_id: ['office_hours'],
    office_hours_exceptions: ['office_hours_exception'],
  },
} satisfies Fixture
