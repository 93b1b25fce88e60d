// Jobs of all kinds: their status, and what went wrong in them. Each noun has the operations that create its jobs.
import { Type } from 'typebox'
import { found } from '#http/errors.ts'
import { PageQuery, pageOf, presentPage } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import type { Resource, Server } from '#server.ts'
import { deleteOldJobs, findJob, pageOfRefused } from './queries.ts'
import { JobErrorList, JobStatus, presentRefused, presentStatus } from './schema.ts'
import { jobEvents } from './topics.ts'

const ByJob = Type.Object({ job_id: Type.String() })

const NO_JOB = ['Job Not Found', 'job_not_found'] as const

const ERRORS_PAGE = { default: 50, max: 150 }

function jobs(app: App, { public_url }: Pick<Server, 'public_url'>) {
  app.get(
    '/jobs/status/:job_id',
    op('jobsStatus', {
      summary: 'Show the status of a job',
      sdk: (client) => client.jobs.status({ job_id: 'job_v2_1' }),
      since: '2.14',
      params: ByJob,
      response: JobStatus,
    }),
    async ({ workspace, params }) =>
      presentStatus(found(await findJob(workspace, params.job_id), ...NO_JOB), public_url),
  )

  app.get(
    '/extensions/jobs/:job_id/errors',
    op('listJobErrors', {
      summary: 'List the items of a bulk job that were refused, and why',
      scope: 'read_write_users',
      params: ByJob,
      query: PageQuery,
      response: JobErrorList,
    }),
    async ({ workspace, params, query }) => {
      const job = found(await findJob(workspace, params.job_id), ...NO_JOB)
      const page = pageOf(query, ERRORS_PAGE)
      return presentPage(page, await pageOfRefused(workspace, job.id, page), presentRefused)
    },
  )
}

export default {
  group: 'Jobs',
  routes: jobs,
  events: jobEvents,
  jobs: [{ name: 'jobs:expire', cron: '*/10 * * * *', run: ({ sql }) => deleteOldJobs(sql) }],
} satisfies Resource
