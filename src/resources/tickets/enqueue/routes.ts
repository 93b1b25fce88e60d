// Creates a ticket by a job.
import { type App, FILES_LIMIT, op } from '#http/op.ts'
import { attachingFiles, writeAttributeFiles } from '#resources/attachments/attribute-files.ts'
import { JobStatus, presentStatus } from '#resources/jobs/schema.ts'
import type { Resource, Server } from '#server.ts'
import { CreateRequest } from '../schema.ts'
import { enqueueTicket, ticketJob } from './create.ts'

function enqueueing(app: App, server: Server) {
  app.post(
    '/tickets/enqueue',
    {
      ...op('enqueueCreateTicket', {
        body_limit: FILES_LIMIT,
        summary: 'Create a ticket by a job',
        sdk: (client) =>
          client.tickets.enqueueCreateTicket({
            ticket_type_id: '1',
            contacts: [{ id: '6b078829306d5537cf33eba8' }],
          }),
        since: '2.14',
        refuses: [404, 409],
        scope: 'write_tickets',
        body: CreateRequest,
        response: JobStatus,
      }),
      preHandler: writeAttributeFiles(server.files, 'ticket_attributes'),
    },
    async ({ workspace, body, written_files }) => {
      const attachFiles = attachingFiles(workspace, server, body, 'ticket_attributes', written_files)
      const { public_url } = server
      return presentStatus(await enqueueTicket(workspace, body, { attachFiles, public_url }), public_url)
    },
  )
}

export default { group: 'Tickets', routes: enqueueing, jobs: [ticketJob] } satisfies Resource
