// The status of another workspace's jobs.
import type { Fixture } from '../../../test/fixture.ts'

export default {
  attempts: {
    jobsStatus: ({ contacts_job, companies_job }) => [
      [`GET /jobs/status/${contacts_job}`],
      [`GET /jobs/status/${companies_job}`],
    ],
    listJobErrors: ({ contacts_job }) => [[`GET /extensions/jobs/${contacts_job}/errors`]],
  },
  ids: { jobs: ['contacts_job', 'companies_job'], job_id: ['contacts_job', 'companies_job'] },
} satisfies Fixture
