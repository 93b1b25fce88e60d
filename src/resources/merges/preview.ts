// Tells what a merge would do, by the plan that the merge writes.
import { listCompanyNames } from '#resources/companies/contact-queries.ts'
import { countConversations } from '#resources/conversations/move-queries.ts'
import { countNotes } from '#resources/notes/queries.ts'
import { countTags } from '#resources/tags/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { findPair, type MergeNames, type Refusal, refusalsOf, takeEmail } from './merge.ts'
import { type AttributeChange, planMerge } from './plan.ts'
import type { MergePreview, MergeRequest, Reassignments } from './schema.ts'

const MOST_SHOWN = 50

/** A preview explains more than the error of the merge. */
const MESSAGES: Record<Refusal['code'], string> = {
  invalid_merge_role_pair: 'Merging can only be performed on a lead into a user',
  no_shared_identifier:
    "These contacts don't share a common identifier (email, phone, or external ID), so they aren't recognised as duplicates. Set skip_duplicate_validation to true to preview the merge anyway.",
}

/** @throws the 404 and the 409 of the merge, which are no reasons of a preview */
export async function previewMerge(
  workspace: Workspace,
  { skip_duplicate_validation, ...names }: MergeRequest,
): Promise<MergePreview> {
  const pair = await findPair(workspace, names)
  const refusals = await refusalsOf(workspace, pair, skip_duplicate_validation === true)
  if (refusals.length)
    return { allowed: false, reasons: refusals.map(({ code }) => ({ code, message: MESSAGES[code] })) }
  await takeEmail(workspace, pair)
  const attributes = [...planMerge(pair).attributes, ...(await companiesOf(workspace, names))]
  return {
    allowed: true,
    summary: {
      attribute_changes: { attributes: attributes.slice(0, MOST_SHOWN), total_count: attributes.length },
      reassignments: await reassignmentsOf(workspace, names),
    },
  }
}

/** As one attribute: the names, those of both together afterwards. */
async function companiesOf(workspace: Workspace, { from, into }: MergeNames): Promise<AttributeChange[]> {
  const from_value = await listCompanyNames(workspace, from)
  const into_value = await listCompanyNames(workspace, into)
  if (from_value.every((name) => into_value.includes(name))) return []
  const new_into_value = [...new Set([...into_value, ...from_value])].sort()
  const present = into_value.length ? { into_value } : {}
  return [{ field: 'companies', outcome: 'merged', from_value, ...present, new_into_value }]
}

/** There are no phone calls that would move. */
async function reassignmentsOf(workspace: Workspace, { from, into }: MergeNames) {
  const counted = {
    conversations: await countConversations(workspace, 'conversation', from, into),
    tickets: await countConversations(workspace, 'ticket', from, into),
    tags: await countTags(workspace, 'contact', from, into),
    notes: await countNotes(workspace, 'contact', from, into),
  }
  const moving = Object.entries(counted).filter(([, counts]) => counts !== undefined && counts.from > 0)
  return Object.fromEntries(moving) as Reassignments
}
