// The step that runs a data connector. The run waits while it is executed, outside of the transaction.
import { unprocessable } from '#http/errors.ts'
import type { StepOf } from '../steps.ts'
import type { Next, StepContext } from './step-context.ts'

export const CONNECTORS_MISSING = 'The step run_connector is not available: there are no data connectors'

export function startConnector(_context: StepContext, _step: StepOf<'run_connector'>): Next {
  throw unprocessable('parameter_invalid', CONNECTORS_MISSING)
}
