// The export of a workflow: all that its newest version says, in Intercom's shape.
import type { Static } from 'typebox'
import type { Workspace } from '#workspaces/workspace.ts'
import type { WorkflowRow } from './queries.ts'
import type { WorkflowExport } from './schema.ts'
import { allSteps } from './steps.ts'
import { CHANNELS } from './triggers.ts'

const iso = (time: Date): string => time.toISOString().replace(/\.\d{3}Z$/, 'Z')

/** A workspace has no number: this one is made of its id, and stays the same. */
const numberOf = (workspace_id: string): number => Number.parseInt(workspace_id, 36)

/** Intercom's word for the messenger. */
const named = (channel: string): string => (channel === 'messenger' ? 'chat' : channel)

export function exportWorkflow(workspace: Workspace, row: WorkflowRow): Static<typeof WorkflowExport> {
  const { trigger, conditions, steps } = row.definition
  const { id, title, description, state, version } = row
  const all = allSteps(steps)
  return {
    export_version: '1.0',
    exported_at: iso(workspace.now()),
    app_id: numberOf(workspace.id),
    workflow: {
      ...{ id, title, description, state },
      trigger_type: trigger.type,
      target_channels: (trigger.channels.length ? trigger.channels : CHANNELS.slice(0, -1)).map(named),
      preferred_devices: ['desktop', 'mobile'],
      created_at: iso(row.created_at),
      updated_at: iso(row.updated_at),
      targeting: conditions as Record<string, unknown>,
      snapshot: { version, steps },
      attributes: all.flatMap((step) => ('of' in step ? [{ of: step.of, name: step.name }] : [])),
      embedded_rules: all.flatMap((step) =>
        step.type === 'branch' ? step.branches.map(({ conditions }) => ({ ...conditions })) : [],
      ),
    },
  }
}
