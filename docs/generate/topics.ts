// docs/coverage.md: the topics of events that something here causes.
import { RESOURCES } from '#resources/index.ts'
import { lines, type Region, row } from './region.ts'

export function topics(): Region {
  const events = RESOURCES.flatMap(({ events }) => (events ? [events] : []))
  const rows = events.flatMap(({ object_type, topics }) =>
    Object.entries(topics).map(([topic, { since = '', is_ours }]) =>
      row(`\`${topic}\``, object_type, since, is_ours ? 'of this server alone' : ''),
    ),
  )
  return {
    file: 'docs/coverage.md',
    name: 'topics',
    content: lines(row('Topic', 'Object', 'Since', ''), row('---', '---', '---', '---'), ...rows.sort()),
  }
}
