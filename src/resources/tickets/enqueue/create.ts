// POST /tickets/enqueue: checks a ticket, and has a job create it.
import type { AttachFiles } from '#resources/attachments/attribute-files.ts'
import { deleteAttachments } from '#resources/attachments/queries.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import { fileIdsOf } from '#resources/conversations/parts/remove-files.ts'
import { enqueueTask } from '#resources/jobs/bulk.ts'
import { bulkJob } from '#resources/jobs/carry-out.ts'
import { insertJob, insertTask, type JobRow, setResource } from '#resources/jobs/queries.ts'
import type { Values } from '#resources/ticket-types/attributes/values.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { storable } from '../attributes.ts'
import { check, checkWithoutAttributes, createChecked, findContact } from '../create.ts'
import { lockToLink } from '../links/link.ts'
import type { CreateRequest } from '../schema.ts'

/** The only item of the job's only task. Files are attached already. */
type Item = { job_id: string; request: CreateRequest; ticket_attributes: Values }

/** Returns the job. @throws what `createTicket` throws: what can be known now is refused now */
export async function enqueueTicket(
  workspace: Workspace,
  given: CreateRequest,
  { attachFiles, public_url }: { attachFiles: AttachFiles; public_url: string },
): Promise<JobRow> {
  const { type, values } = await check(workspace, given)
  const { ticket_attributes: _, ...request } = given
  await findContact(workspace, request)
  const { conversation_to_link_id } = request
  if (typeof conversation_to_link_id === 'string') await lockToLink(workspace, type, conversation_to_link_id)
  const job = await insertJob(workspace, 'tickets')
  const item: Item = { job_id: job.id, request, ticket_attributes: await storable(type, values, attachFiles) }
  const task_id = await insertTask(workspace, job.id, 'create', [item])
  const { id: workspace_id, admin_id } = workspace
  await enqueueTask(workspace, 'tickets', { workspace_id, admin_id, task_id, public_url })
  return job
}

/** In the transaction that removes the item: killed at any time, the job creates one ticket. */
async function createEnqueued(workspace: Workspace, item: unknown): Promise<void> {
  const { job_id, request, ticket_attributes } = item as Item
  const { type, assignees } = await checkWithoutAttributes(workspace, request)
  const id = await createChecked(workspace, request, { type, assignees, ticket_attributes })
  await setResource(workspace, job_id, id)
}

/** The files of a ticket that is not created. */
async function deleteFiles(workspace: Workspace, item: unknown): Promise<void> {
  const attached = Object.values((item as Item).ticket_attributes).filter(Array.isArray) as Attachment[][]
  await deleteAttachments(workspace, fileIdsOf(attached.flat()))
}

export const ticketJob = bulkJob({ kind: 'tickets', actions: { create: createEnqueued }, cleanUp: deleteFiles })
