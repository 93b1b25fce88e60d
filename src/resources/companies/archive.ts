// Archives a company: it is hidden at once, and a job detaches its contacts.
import { found } from '#http/errors.ts'
import { enqueue } from '#jobs/enqueue.ts'
import type { Job } from '#jobs/job.ts'
import type { WorkerContext } from '#server.ts'
import { openWorkspace } from '#workspaces/open.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { deleteMembers, endArchiving, lockArchiving, startArchiving } from './contact-queries.ts'
import { type ListedCompanyRow, NO_COMPANY } from './queries.ts'
import { companyEvents } from './topics.ts'

/** What happens to contacts that an archived company loses. Their noun provides it: this folder does not import it. */
export type CompanyContacts = {
  detached(workspace: Workspace, company: ListedCompanyRow, contact_ids: string[]): Promise<unknown>
}

const ARCHIVE = 'companies:archive'

/** Contacts that are detached in one transaction. */
const BATCH = 500

type Payload = { workspace_id: string; id: string; admin_id: string }

/** @throws a 404 if there is no such company. */
export async function deleteCompany(workspace: Workspace, id: string): Promise<void> {
  found(await startArchiving(workspace, id), ...NO_COMPANY)
  const payload: Payload = { workspace_id: workspace.id, id, admin_id: workspace.admin_id }
  await enqueue(workspace.sql, { name: ARCHIVE, payload })
}

export const archiveJob = (contacts: CompanyContacts): Job<Pick<WorkerContext, 'sql'>> => ({
  name: ARCHIVE,
  async run({ sql }, payload) {
    const { workspace_id, id, admin_id } = payload as Payload
    const workspace = await openWorkspace(sql, workspace_id, admin_id)
    const step = () => atomically(workspace, (transaction) => archiveStep(transaction, id, contacts))
    while (!(await step()));
  },
})

/** For a request that needs the archived company now. The job then finds nothing to do. */
export async function finishArchiving(workspace: Workspace, id: string, contacts: CompanyContacts): Promise<void> {
  while (!(await archiveStep(workspace, id, contacts)));
}

/** Returns whether the company is archived: the last step writes `company.deleted`. */
async function archiveStep(workspace: Workspace, id: string, contacts: CompanyContacts): Promise<boolean> {
  const company = await lockArchiving(workspace, id)
  if (!company) return true
  const contact_ids = await deleteMembers(workspace, id, BATCH)
  await contacts.detached(workspace, company, contact_ids)
  if (contact_ids.length === BATCH) return false
  await endArchiving(workspace, id)
  await companyEvents.emit(workspace, {
    topic: 'company.deleted',
    object_id: id,
    snapshot: () => ({ type: 'company', id, deleted: true }),
  })
  return true
}
