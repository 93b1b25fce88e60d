// Conversations by their last change: to read them, and to write as either side.
import { Ago } from '../../../parts/ago.tsx'
import { Empty } from '../../../parts/empty.tsx'
import { Face } from '../../../parts/face.tsx'
import { ListingScreen } from '../listing/listing.tsx'
import { Channel } from '../shared/channel.tsx'
import type { InboxConversation } from '../types.ts'
import { channelOf } from './channels.ts'
import { Conversation } from './conversation.tsx'

const ROW_HEIGHT = 64

export default function Conversations() {
  return (
    <ListingScreen<InboxConversation>
      title="Conversations"
      path="/console/conversations"
      row_height={ROW_HEIGHT}
      source={({ q, state }) => ({
        path: '/extensions/inbox/conversations',
        query: { q, state },
        topics: (topic) => topic.startsWith('conversation.'),
      })}
      idOf={({ id }) => id}
      search={{ placeholder: 'Search names and subjects' }}
      filters={[{ name: 'state', label: 'State', values: ['open', 'closed', 'snoozed'] }]}
      columns="8px 32px minmax(0, 1fr) auto"
      row={(row) => (
        <>
          <span class={row.unread ? 'unread-dot' : undefined}>{row.unread && <span class="unseen">Unread</span>}</span>
          <Face name={nameOf(row)} size={32} />
          <span class="two-lines">
            <strong class="ellipsis">{nameOf(row)}</strong>
            <span class="ellipsis quiet">{lastWords(row)}</span>
          </span>
          <span class="two-lines end">
            <Ago at={row.updated_at} />
            <span class="row-marks">
              {row.state !== 'open' && <small>{row.state}</small>}
              <Channel channel={channelOf(row.channel)} />
            </span>
          </span>
        </>
      )}
      empty={() => (
        <Empty title="No conversation yet.">
          <p>
            One begins when a contact writes, or answers a message: choose a <a href="/console/messages">message</a> and
            answer it as the contact.
          </p>
        </Empty>
      )}
      detail={(id) => <Conversation id={id} />}
    />
  )
}

const nameOf = ({ contact }: InboxConversation): string => contact?.name ?? contact?.email ?? 'Unknown'

function lastWords({ last_part, subject }: InboxConversation): string {
  const { author_type, part_type, text } = last_part
  const who = part_type === 'note' ? 'Note: ' : author_type === 'admin' ? 'You: ' : ''
  return who + (text || subject || '(no text)')
}
