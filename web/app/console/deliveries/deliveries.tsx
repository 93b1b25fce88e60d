// The delivery of every message to each of its recipients: status, attempts, and the provider's answers.
import { Ago } from '../../../parts/ago.tsx'
import { Button, ButtonLink } from '../../../parts/button.tsx'
import { Empty } from '../../../parts/empty.tsx'
import { Facts } from '../../../parts/facts.tsx'
import { Status } from '../../../parts/status.tsx'
import { exactTime } from '../../../shared/time.ts'
import { ListingScreen } from '../listing/listing.tsx'
import { CHANNEL_NAMES, Channel, STATUSES } from '../shared/channel.tsx'
import { Codes } from '../shared/codes.tsx'
import { History } from '../shared/history.tsx'
import { Loaded } from '../shared/loaded.tsx'
import { useAct } from '../shared/use-act.ts'
import { useObject } from '../shared/use-object.ts'
import type { CapturedMessage, Delivery } from '../types.ts'

export default function Deliveries() {
  return (
    <ListingScreen<Delivery>
      title="Deliveries"
      path="/console/deliveries"
      source={({ q, channel, status, message_id }) => ({
        path: '/extensions/deliveries',
        query: { q, channel, status, message_id },
        topics: (topic) => topic === 'delivery.moved',
      })}
      idOf={({ id }) => id}
      search={{ placeholder: 'Search addresses and contacts' }}
      filters={[
        { name: 'status', label: 'Status', values: STATUSES },
        { name: 'channel', label: 'Channel', values: CHANNEL_NAMES },
      ]}
      columns="84px 16px minmax(80px, 1.4fr) 20px minmax(0, 1.6fr) 64px"
      narrow_columns="84px 16px minmax(80px, 1fr) 64px"
      row={(delivery) => (
        <>
          <Status status={delivery.status} />
          <Channel channel={delivery.channel} />
          <span>{addressOf(delivery)}</span>
          <span class="end wide-only" title="Attempts">
            {delivery.attempts}
          </span>
          <span class="quiet wide-only">
            {delivery.status === 'queued' && delivery.next_attempt_at ? (
              <>
                next attempt <Ago at={delivery.next_attempt_at} />
              </>
            ) : (
              delivery.error?.reason
            )}
          </span>
          <Ago at={delivery.updated_at} />
        </>
      )}
      empty={() => (
        <Empty title="Nothing has been sent yet.">
          <p>Every message that is sent appears here, with each attempt and what the provider said.</p>
        </Empty>
      )}
      detail={(id) => <DeliveryDetail id={id} />}
    />
  )
}

const addressOf = ({ channel, address, contact }: Delivery): string =>
  channel === 'inapp' ? (contact?.name ?? contact?.email ?? address) : address

function DeliveryDetail({ id }: { id: string }) {
  const found = useObject<Delivery>(`/extensions/deliveries/${id}`, {
    concerns: (change) => change.topic === 'delivery.moved' && change.id === id,
  })
  return <Loaded found={found}>{(delivery) => <Shown delivery={delivery} />}</Loaded>
}

function Shown({ delivery }: { delivery: Delivery }) {
  const { id, status, contact, contact_id, error, provider_id, message_id, conversation_id } = delivery
  const retry = useAct(`POST /extensions/deliveries/${id}/retry`, 'It is sent again.')
  const cancel = useAct(`POST /extensions/deliveries/${id}/cancel`, 'It is not tried again.')
  return (
    <>
      <header class="detail-head">
        <h2>{addressOf(delivery)}</h2>
        <Status status={status} />
      </header>
      {error && (
        <div class="problem">
          <strong>{error.reason}</strong>
          <Codes code={error.code} />
          {error.details && <pre>{error.details}</pre>}
        </div>
      )}
      <div class="actions">
        {status === 'failed' && (
          <Button is_small kind="primary" is_busy={retry.is_busy} onClick={retry.run}>
            Retry
          </Button>
        )}
        {status === 'queued' && (
          <Button is_small is_busy={cancel.is_busy} onClick={cancel.run}>
            Give up
          </Button>
        )}
        <ButtonLink is_small href={`/console/conversations/${conversation_id}`}>
          Conversation
        </ButtonLink>
        <CapturedLink delivery_id={id} />
      </div>
      <Facts
        rows={[
          [
            'Contact',
            <a key="contact" href={`/console/contacts/${contact_id}`}>
              {contact?.name ?? contact?.email ?? contact_id}
            </a>,
          ],
          ['Channel', delivery.channel],
          ['Address', delivery.address],
          ['Recipient', delivery.recipient_type === 'to' ? null : delivery.recipient_type],
          ['Message', message_id],
          ["Provider's id", provider_id && <code>{provider_id}</code>],
          ['Accepted', exactTime(delivery.created_at)],
        ]}
      />
      <section>
        <h3>Delivery history</h3>
        <History delivery={delivery} />
      </section>
    </>
  )
}

/** Leads to what would have been sent, if the sandbox has captured it. */
function CapturedLink({ delivery_id }: { delivery_id: string }) {
  const { data } = useObject<{ data: CapturedMessage[] }>('/extensions/sandbox/messages', {
    query: { delivery_id },
    concerns: (change) => change.topic === 'delivery.moved' && change.id === delivery_id,
  })
  const captured = data?.data[0]
  if (!captured) return null
  return (
    <ButtonLink is_small href={`/console/messages/${captured.id}`}>
      Message
    </ButtonLink>
  )
}
