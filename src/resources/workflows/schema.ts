// A workflow over the wire: as a request writes it, as /extensions shows it, and as it is exported.
import { type Static, Type } from 'typebox'
import { PageOf } from '#http/lists.ts'
import { epoch, epochOrNull, Id, ListOf, Nullable, named } from '#http/types.ts'
import type { WorkflowRow } from './queries.ts'
import type { RunRow } from './runs/queries.ts'
import { CHANNELS, TRIGGER_TYPES } from './triggers.ts'

const Channels = Type.Array(Type.Enum([...CHANNELS]), {
  maxItems: CHANNELS.length,
  description: 'The channels of the conversations; empty: all but custom channels.',
})
const Query = Type.Unsafe<unknown>({ description: 'As the query of a search; null or absent: any.' })
const Conditions = named(
  'workflow_conditions',
  Type.Object({ conversation: Type.Optional(Query), contact: Type.Optional(Query) }),
)
const Step = named(
  'workflow_step',
  Type.Unsafe<unknown>({
    description: 'The fields depend on the `type`: see the guide of workflows.',
  }),
)
const Steps = Type.Array(Step)
const State = Type.Enum(['draft', 'live', 'paused'], { description: 'Only a live workflow starts. Default: draft.' })

const trigger = (channels: typeof Channels | ReturnType<typeof Type.Optional<typeof Channels>>) =>
  Type.Object({ type: Type.Enum([...TRIGGER_TYPES]), channels })

const FIELDS = {
  title: Type.String({ minLength: 1, maxLength: 255, pattern: '\\S' }),
  trigger: named('workflow_trigger_request', trigger(Type.Optional(Channels))),
  steps: Steps,
  description: Type.Optional(Nullable(Type.String({ maxLength: 2_000 }))),
  conditions: Type.Optional(Nullable(Conditions)),
  state: Type.Optional(State),
}

export const NewWorkflowRequest = named('new_workflow_request', Type.Object(FIELDS))
export const WorkflowRequest = named('workflow_request', Type.Partial(Type.Object(FIELDS)))
export type WorkflowRequest = Static<typeof WorkflowRequest>

export const Workflow = named(
  'workflow',
  Type.Object({
    type: Type.Literal('workflow'),
    id: Type.String(),
    title: Type.String(),
    description: Nullable(Type.String()),
    state: State,
    version: Type.Integer({ description: 'Counts the changes of what it does; runs go on with their version.' }),
    trigger: named('workflow_trigger', trigger(Channels)),
    conditions: Conditions,
    steps: Steps,
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
  }),
)
export const WorkflowList = named('workflow_list', ListOf(Workflow))

export const DeletedWorkflow = named(
  'deleted_workflow',
  Type.Object({ id: Type.String(), object: Type.Literal('workflow'), deleted: Type.Literal(true) }),
)

export const RunRequest = named('workflow_run_request', Type.Object({ conversation_id: Id }))

export const Run = named(
  'workflow_run',
  Type.Object({
    type: Type.Literal('workflow_run'),
    id: Type.String(),
    workflow_id: Type.String(),
    version: Type.Integer(),
    conversation_id: Type.String(),
    state: Type.Enum(['running', 'waiting', 'finished', 'stopped', 'failed']),
    step: Nullable(
      Type.String({ description: 'The place of its step: `2:0:1` is the second step of the first block of step 2.' }),
    ),
    waits_for: Nullable(Type.Enum(['reply', 'quick_reply', 'attribute', 'time', 'connector'])),
    until: Nullable(Type.Integer({ description: 'When it goes on without; null: never.' })),
    steps_taken: Type.Integer(),
    reason: Nullable(Type.String({ description: 'Why it stopped or failed.' })),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
  }),
)
export const RunPage = named('workflow_run_list', PageOf(Run))

const Time = Type.String({ description: 'ISO 8601.' })
const Anything = Type.Unsafe<Record<string, unknown>>({ type: 'object' })

export const WorkflowExport = named(
  'workflow_export',
  Type.Object({
    export_version: Type.String(),
    exported_at: Time,
    app_id: Type.Integer({ description: 'A number of the workspace: its id_code is a text.' }),
    workflow: named(
      'exported_workflow',
      Type.Object({
        id: Type.String(),
        title: Type.String(),
        description: Nullable(Type.String()),
        trigger_type: Type.String(),
        state: State,
        target_channels: Type.Array(Type.String()),
        preferred_devices: Type.Array(Type.String()),
        created_at: Time,
        updated_at: Time,
        targeting: Anything,
        snapshot: Anything,
        attributes: Type.Array(Anything),
        embedded_rules: Type.Array(Anything),
      }),
    ),
  }),
)

export const presentWorkflow = ({
  definition,
  created_at,
  updated_at,
  ...row
}: WorkflowRow): Static<typeof Workflow> => ({
  type: 'workflow',
  ...row,
  ...definition,
  created_at: epoch(created_at),
  updated_at: epoch(updated_at),
})

export const presentRun = (row: RunRow): Static<typeof Run> => ({
  type: 'workflow_run',
  id: row.id,
  workflow_id: row.workflow_id,
  version: row.version,
  conversation_id: row.conversation_id,
  state: row.state,
  step: row.step,
  waits_for: row.waits_for,
  until: epochOrNull(row.until),
  steps_taken: row.steps_taken,
  reason: row.reason,
  created_at: epoch(row.created_at),
  updated_at: epoch(row.updated_at),
})
