// The parts of a conversation, from the opening on.
import { Ago } from '../../../parts/ago.tsx'
import { Face } from '../../../parts/face.tsx'
import { body } from '../../../shared/html.ts'
import type { Conversation, Part } from '../types.ts'

type Words = Pick<Part, 'author' | 'body' | 'attachments'> & { id: string; created_at: number; part_type: string }

export function Thread({ conversation }: { conversation: Conversation }) {
  const { source, conversation_parts, created_at } = conversation
  const opening: Words = { ...source, part_type: 'opening', created_at } as unknown as Words
  const parts: Words[] = [opening, ...(conversation_parts.conversation_parts as unknown as Words[])]
  return (
    <div class="thread" role="log" aria-label="The conversation">
      {parts.map((part, n) =>
        isWords(part) ? (
          <Bubble key={part.id} part={part} follows={isSame(part, parts[n - 1])} />
        ) : (
          <p key={part.id} class="thread-event">
            {EVENTS[part.part_type] ?? part.part_type.replaceAll('_', ' ')} · {part.author.name ?? part.author.type} ·{' '}
            <Ago at={part.created_at} />
          </p>
        ),
      )}
    </div>
  )
}

const isWords = ({ body, attachments }: Words): boolean => !!body || attachments.length > 0

/** Those of one author within three minutes share a face and a time. */
const TOGETHER_SECONDS = 180
const isSame = (part: Words, before: Words | undefined): boolean =>
  !!before &&
  isWords(before) &&
  before.author.id === part.author.id &&
  (before.part_type === 'note') === (part.part_type === 'note') &&
  part.created_at - before.created_at < TOGETHER_SECONDS

function Bubble({ part, follows }: { part: Words; follows: boolean }) {
  const { author, attachments, part_type } = part
  const is_ours = author.type === 'admin' || author.type === 'bot'
  const name = author.name ?? author.email ?? author.type
  return (
    <article class={`part${is_ours ? ' ours' : ''}${part_type === 'note' ? ' note' : ''}`}>
      {!follows && (
        <header>
          <Face name={name} />
          <strong>{name}</strong>
          {part_type === 'note' && <small>Note</small>}
          <Ago at={part.created_at} />
        </header>
      )}
      {part.body && <div class="words" dir="auto" {...body(part.body)} />}
      {attachments.map(({ name, url }) => (
        <a key={url} href={url} target="_blank" rel="noopener noreferrer">
          {name}
        </a>
      ))}
    </article>
  )
}

const EVENTS: Record<string, string> = {
  close: 'Closed',
  open: 'Opened',
  snoozed: 'Snoozed',
  unsnoozed: 'Snooze ended',
  assignment: 'Assigned',
  timer_unsnooze: 'Snooze ended',
  participant_added: 'Participant added',
  participant_removed: 'Participant removed',
  conversation_attribute_updated_by_admin: 'Attribute changed',
}
