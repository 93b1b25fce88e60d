// The history of a delivery: its attempts and reports, in order.
import { Ago } from '../../../parts/ago.tsx'
import { Status } from '../../../parts/status.tsx'
import { Timeline } from '../../../parts/timeline.tsx'
import type { Delivery } from '../types.ts'

const EVENTS: Record<string, (attempt: number) => string> = {
  attempt: (attempt) => `Attempt ${attempt}`,
  report: () => 'The provider reported',
  given_up: () => 'Given up',
  canceled: () => 'Canceled',
  retried: () => 'Sent again',
}

export const History = ({ delivery }: { delivery: Delivery }) => (
  <>
    {!delivery.history.length && <p class="quiet">Nothing has been tried yet.</p>}
    <Timeline
      list={delivery.history.map(({ at, event, status, attempt, code, reason, provider_answer }) => ({
        at,
        title: (
          <span class="happening">
            {EVENTS[event]?.(attempt) ?? event}{' '}
            <Status status={event === 'attempt' && code ? outcomeOf(status) : status} />
          </span>
        ),
        children: (code || reason || provider_answer) && (
          <>
            {reason && <div>{reason}</div>}
            {code && <code>{code}</code>}
            {provider_answer && <pre>{provider_answer}</pre>}
          </>
        ),
      }))}
    />
    {delivery.status === 'queued' && delivery.next_attempt_at && (
      <p>
        Next attempt <Ago at={delivery.next_attempt_at} />
      </p>
    )}
  </>
)

/** An attempt that failed for now leaves the delivery queued. */
const outcomeOf = (status: string): string => (status === 'queued' ? 'failed' : status)
