// Sets attributes of a ticket: one part for each that changes.
import { isDeepStrictEqual } from 'node:util'
import type { AttachFiles, GivenFile } from '#resources/attachments/attribute-files.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import { fileIdsOf, removeUnusedFiles } from '#resources/conversations/parts/remove-files.ts'
import { setTicketAttributes, type TicketRow } from '#resources/conversations/queries.ts'
import { outcomeOf } from '#resources/conversations/state/outcome.ts'
import { record } from '#resources/conversations/state/record.ts'
import type { UpdatedAttribute } from '#resources/conversations/tickets/change.ts'
import { asTicket } from '#resources/conversations/tickets/change-state.ts'
import type { AttributeRow } from '#resources/ticket-types/attributes/queries.ts'
import { itemOf, type Values } from '#resources/ticket-types/attributes/values.ts'
import type { TicketTypeRow } from '#resources/ticket-types/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** `values` are those of `readValues`. Returns them as they are stored: files attached, and without nulls. */
export async function storable(
  { attributes }: TicketTypeRow,
  values: Values,
  attachFiles: AttachFiles,
): Promise<Values> {
  const stored: Values = {}
  for (const [id, value] of Object.entries(values)) {
    const is_files = attributes.find((attribute) => attribute.id === id)?.data_type === 'files'
    if (value !== null) stored[id] = is_files ? await attachFiles(value as GivenFile[]) : value
  }
  return stored
}

/** `ticket` must be locked. Returns it as it is then. */
export async function setAttributes(
  workspace: Workspace,
  ticket: TicketRow,
  type: TicketTypeRow,
  { values, attachFiles, keeps_closed }: { values: Values; attachFiles: AttachFiles; keeps_closed: boolean },
): Promise<TicketRow> {
  const present = ticket.ticket_attributes
  const changed = type.attributes.filter(
    ({ id }) => id in values && !isDeepStrictEqual(values[id], present[id] ?? null),
  )
  if (!changed.length) return ticket
  const given = Object.fromEntries(changed.map(({ id }) => [id, values[id]]))
  const stored = await storable(type, given, attachFiles)
  const kept = Object.fromEntries(Object.entries(present).filter(([id]) => !(id in given)))
  const ticket_attributes = { ...kept, ...stored }
  await setTicketAttributes(workspace, ticket.id, ticket_attributes)
  await removeUnusedFiles(
    workspace,
    ticket.id,
    changed.flatMap(({ id, data_type }) =>
      data_type === 'files' ? fileIdsOf((present[id] ?? []) as Attachment[]) : [],
    ),
  )
  let current: TicketRow = { ...ticket, ticket_attributes }
  for (const attribute of changed) {
    const outcome = outcomeOf(current, 'ticket_attribute_changes', { keeps_closed })
    const recorded = await record(workspace, current, outcome, {
      author: { type: 'bot' },
      ticket_change: { updated_attribute_data: changeOf(attribute, stored[attribute.id], present[attribute.id]) },
      created_at: workspace.now(),
    })
    current = asTicket(recorded.conversation)
  }
  return current
}

const changeOf = (attribute: AttributeRow, value: unknown, previous: unknown): UpdatedAttribute => ({
  attribute: { type: 'attribute', id: attribute.id, label: attribute.name },
  value: {
    type: 'value',
    id: idOf(attribute, value),
    label: labelOf(attribute, value),
    previous: labelOf(attribute, previous),
  },
})

function idOf(attribute: AttributeRow, value: unknown): UpdatedAttribute['value']['id'] {
  if (value === undefined || value === null) return null
  if (attribute.data_type === 'files') return fileIdsOf(value as Attachment[]).map(Number)
  return String(value)
}

function labelOf(attribute: AttributeRow, value: unknown): string | string[] {
  if (value === undefined || value === null) return ''
  if (attribute.data_type === 'files') return (value as Attachment[]).map(({ name }) => name)
  return attribute.data_type === 'list' ? (itemOf(attribute, value)?.name ?? String(value)) : String(value)
}
