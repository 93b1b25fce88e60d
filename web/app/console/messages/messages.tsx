// Every message that the sandbox has captured, as it would have been sent.
import { Ago } from '../../../parts/ago.tsx'
import { Status } from '../../../parts/status.tsx'
import { ListingScreen } from '../listing/listing.tsx'
import { CHANNEL_NAMES, Channel, STATUSES } from '../shared/channel.tsx'
import type { CapturedMessage } from '../types.ts'
import { MessageDetail } from './detail.tsx'
import { FirstMessage } from './first-message.tsx'

export default function Messages() {
  return (
    <ListingScreen<CapturedMessage>
      title="Messages"
      path="/console/messages"
      source={({ q, channel, status, to }) => ({
        path: '/extensions/sandbox/messages',
        query: { q, channel, status, to },
        topics: (topic) => topic === 'message.captured' || topic === 'delivery.moved',
      })}
      idOf={({ id }) => id}
      search={{ placeholder: 'Search messages' }}
      filters={[
        { name: 'channel', label: 'Channel', values: CHANNEL_NAMES },
        { name: 'status', label: 'Status', values: STATUSES },
      ]}
      columns="20px 16px minmax(80px, 1fr) minmax(80px, 1.6fr) 64px"
      narrow_columns="20px 16px minmax(128px, 1fr) minmax(60px, 1fr) 56px"
      row={(message) => (
        <>
          <Status status={message.status} word={false} />
          <Channel channel={message.channel} />
          <span>{recipientOf(message)}</span>
          <span>
            {message.subject ?? ''}{' '}
            <span class="quiet">{message.subject === textOf(message) ? '' : textOf(message)}</span>
          </span>
          <Ago at={message.captured_at} />
        </>
      )}
      empty={() => <FirstMessage />}
      detail={(id) => <MessageDetail id={id} />}
    />
  )
}

/** The address; of in-app messages, whose address is an id, the name of the contact. */
export const recipientOf = ({ channel, to, contact }: CapturedMessage): string =>
  channel === 'inapp' ? (contact?.name ?? contact?.email ?? to) : to

/** Without the line that the server adds to an email. */
const textOf = ({ rendered: { text } }: CapturedMessage): string =>
  typeof text === 'string' ? text.replace(/\n+Unsubscribe: \S+\s*$/, '') : ''
