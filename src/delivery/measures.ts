// What operators watch of the queue of deliveries.
import type { Measure, Sample } from '#db/measures.ts'

export const DELIVERY_MEASURES: readonly Measure[] = [
  {
    name: 'interphone_deliveries_queued',
    help: 'Deliveries that are not sent yet, by channel.',
    labels: ['channel'],
    read: (sql) => sql<Sample[]>`
      select jsonb_build_object('channel', channel) as labels, count(*)::int as value
      from deliveries where status = 'queued' group by channel`,
  },
  {
    name: 'interphone_delivery_oldest_due_seconds',
    help: 'For how long the oldest delivery has been due that no worker has taken, by channel.',
    labels: ['channel'],
    read: (sql) => sql<Sample[]>`
      select jsonb_build_object('channel', channel) as labels, extract(epoch from now() - min(due_at))::float8 as value
      from deliveries where status = 'queued' and due_at <= now() group by channel`,
  },
]
