// Sets the custom attributes of a conversation: one part for each that changes.
import { isDeepStrictEqual } from 'node:util'
import type { AttachFiles, GivenFile } from '#resources/attachments/attribute-files.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import { type CheckedValue, readValues, textOf } from '#resources/conversation-attributes/values.ts'
import { setReferences, splitReferences } from '#resources/custom-object-instances/references/set.ts'
import { mergeAttributes } from '#resources/data-attributes/values.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { fileIdsOf, removeUnusedFiles } from '../parts/remove-files.ts'
import { type ConversationRow, setCustomAttributes, updateConversationRow } from '../queries.ts'
import { outcomeOf } from '../state/outcome.ts'
import { record } from '../state/record.ts'

/**
 * `row` must be locked. `workflow`: the one that sets them. References to custom objects leave no part. Returns the ids of the
 * parts.
 * @throws a 400 that names the first wrong attribute
 */
export async function setAttributes(
  workspace: Workspace,
  row: ConversationRow,
  given: Record<string, unknown>,
  attachFiles: AttachFiles,
  workflow?: { name: string },
): Promise<string[]> {
  const { attributes, references } = await splitReferences(workspace, 'conversation', given)
  const present = row.custom_attributes
  const changes = (await readValues(workspace, attributes)).filter(
    ({ attribute, value }) => !isDeepStrictEqual(value, present[attribute.id] ?? null),
  )
  if (await setReferences(workspace, 'conversation', row.id, references))
    await updateConversationRow(workspace, row.id, {})
  if (!changes.length) return []
  const stored: CheckedValue[] = []
  for (const change of changes) stored.push(await withFiles(change, attachFiles))
  const values = Object.fromEntries(stored.map(({ attribute, value }) => [attribute.id, value]))
  await setCustomAttributes(workspace, row.id, mergeAttributes(present, values))
  await removeUnusedFiles(
    workspace,
    row.id,
    stored.flatMap(({ attribute }) => filesIn(attribute, present)),
  )
  const part_ids: string[] = []
  let conversation = row
  for (const { attribute, value } of stored) {
    const action = workflow ? 'workflow_sets_attribute' : 'attribute_changes'
    const recorded = await record(workspace, conversation, outcomeOf(conversation, action, {}), {
      author: { type: 'bot' },
      event_details: {
        ...(workflow && { workflow }),
        attribute: { name: attribute.name },
        value: { name: textOf(attribute, value) ?? '', previous: textOf(attribute, present[attribute.id]) },
      },
      created_at: workspace.now(),
    })
    conversation = recorded.conversation
    part_ids.push(recorded.part_id)
  }
  return part_ids
}

const filesIn = (
  { id, data_type }: CheckedValue['attribute'],
  present: ConversationRow['custom_attributes'],
): string[] => (data_type === 'files' ? fileIdsOf((present[id] ?? []) as Attachment[]) : [])

async function withFiles({ attribute, value }: CheckedValue, attachFiles: AttachFiles): Promise<CheckedValue> {
  if (attribute.data_type !== 'files' || value === null) return { attribute, value }
  return { attribute, value: await attachFiles(value as GivenFile[]) }
}
