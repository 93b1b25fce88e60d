// Writes an event of a company.
import type { Workspace } from '#workspaces/workspace.ts'
import type { WholeCompanyRow } from './queries.ts'
import { presentCompany } from './schema.ts'
import { companyEvents } from './topics.ts'

export const emitCompany = (
  workspace: Workspace,
  topic: 'company.created' | 'company.updated',
  company: WholeCompanyRow,
) => companyEvents.emit(workspace, { topic, object_id: company.id, snapshot: () => presentCompany(company) })
