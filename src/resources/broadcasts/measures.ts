// What operators watch of broadcasts.
import type { Measure, Sample } from '#db/measures.ts'

export const BROADCAST_MEASURES: readonly Measure[] = [
  {
    name: 'interphone_broadcasts',
    help: 'Broadcasts whose deliveries are not all created yet, by state.',
    labels: ['state'],
    read: (sql) => sql<Sample[]>`
      select jsonb_build_object('state', state) as labels, count(*)::int as value
      from broadcasts where due_at is not null group by state`,
  },
]
