// One conversation: what was written as bubbles, other events as short lines, and a composer for either side.
import { useEffect, useRef } from 'preact/hooks'
import { Empty } from '../../../parts/empty.tsx'
import { Facts } from '../../../parts/facts.tsx'
import { Mark } from '../../../parts/status.tsx'
import { ContactLink } from '../shared/contact-link.tsx'
import { Loaded } from '../shared/loaded.tsx'
import { useObject } from '../shared/use-object.ts'
import type { Conversation as Shown } from '../types.ts'
import { Composer } from './composer.tsx'
import { Others } from './others.tsx'
import { States } from './states.tsx'
import { Thread } from './thread.tsx'

export function Conversation({ id }: { id: string }) {
  const found = useObject<Shown>(`/conversations/${id}`, {
    query: { display_as: 'html' },
    concerns: (change) => change.conversation_id === id || change.topic === 'delivery.moved',
  })
  const again = () => void found.refetch()
  if (found.error?.status === 404)
    return (
      <Empty title="There is no such conversation.">
        <p>It was deleted, or has not begun: a message becomes a conversation when its contact answers.</p>
      </Empty>
    )
  return <Loaded found={found}>{(conversation) => <Opened {...{ conversation, again }} />}</Loaded>
}

function Opened({ conversation, again }: { conversation: Shown; again(): void }) {
  const end = useRef<HTMLDivElement>(null)
  const count = conversation.conversation_parts.conversation_parts.length
  useEffect(() => end.current?.scrollIntoView({ block: 'nearest' }), [count])
  const { state, priority, snoozed_until, contacts } = conversation
  return (
    <>
      <header class="detail-head">
        <h2>{conversation.title || plain(conversation.source.subject) || `Conversation ${conversation.id}`}</h2>
        <Mark tone={state === 'open' ? 'good' : 'quiet'} text={state} />
      </header>
      <Others id={conversation.id} />
      <Facts
        rows={[
          ['Contacts', contacts.contacts.map(({ id }) => <ContactLink key={id} id={id} />)],
          [
            'Assigned to',
            conversation.admin_assignee_id || conversation.team_assignee_id ? assigneeOf(conversation) : null,
          ],
          ['Priority', priority === 'none' ? null : priority],
          ['Snoozed until', snoozed_until ? new Date(snoozed_until * 1000).toLocaleString() : null],
          ['Tags', conversation.tags.tags.map(({ name }) => name).join(', ')],
        ]}
      />
      <States conversation={conversation} again={again} />
      <Thread conversation={conversation} />
      <div ref={end} />
      <Composer key={conversation.id} conversation={conversation} again={again} />
    </>
  )
}

const assigneeOf = ({ admin_assignee_id, team_assignee_id }: Shown): string =>
  [admin_assignee_id && `admin ${admin_assignee_id}`, team_assignee_id && `team ${team_assignee_id}`]
    .filter(Boolean)
    .join(', ')

/** A subject is HTML: its tags are left out. */
const plain = (html: string | null | undefined): string => (html ?? '').replace(/<[^>]*>/g, '')
