// The step that runs a data connector. The run waits while the connector is executed, outside of the transaction.
import { outcomeOf } from '#resources/conversations/state/outcome.ts'
import { record } from '#resources/conversations/state/record.ts'
import { theConnector } from '#resources/data-connectors/save.ts'
import { settingsOf } from '#resources/data-connectors/schema.ts'
import type { StepOf } from '../steps.ts'
import type { Next, StepContext } from './step-context.ts'

/** Due at once: the worker's loop of connectors executes it. */
export async function startConnector(context: StepContext, { connector_id }: StepOf<'run_connector'>): Promise<Next> {
  const { workspace, conversation, at } = context
  const { name } = settingsOf(await theConnector(workspace, connector_id), 'live')
  await record(workspace, conversation, outcomeOf(conversation, 'workflow_starts_connector', {}), {
    ...{ author: { type: 'bot' }, event_details: { action: { name } }, created_at: at },
  })
  return { waits_for: 'connector', seconds: 0, memory: { name } }
}
