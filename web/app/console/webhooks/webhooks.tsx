// Webhook subscriptions, and every attempt to notify them.
import { useState } from 'preact/hooks'
import { Ago } from '../../../parts/ago.tsx'
import { Button } from '../../../parts/button.tsx'
import { Empty } from '../../../parts/empty.tsx'
import { Mark } from '../../../parts/status.tsx'
import { ListingScreen } from '../listing/listing.tsx'
import type { Subscription } from '../types.ts'
import { NewSubscription } from './new-subscription.tsx'
import { SubscriptionDetail, TONES } from './subscription.tsx'

export default function Webhooks() {
  return (
    <ListingScreen<Subscription>
      title="Webhooks"
      path="/console/webhooks"
      source={() => ({
        path: '/extensions/webhook_subscriptions',
        query: {},
        topics: (topic) => topic === 'webhook.attempted',
      })}
      idOf={({ id }) => id}
      columns="100px minmax(0, 2fr) minmax(0, 1fr) 56px 72px"
      narrow_columns="100px minmax(0, 1fr) 72px"
      row={(subscription) => (
        <>
          <Mark tone={TONES[subscription.state]} text={subscription.state} />
          <span>{subscription.url ?? 'Captured by the sandbox'}</span>
          <span class="quiet wide-only">{subscription.topics.join(', ')}</span>
          <span class="quiet wide-only">{subscription.version}</span>
          <Ago at={subscription.updated_at} />
        </>
      )}
      actions={(rows) => <Make onMade={rows.refresh} />}
      empty={() => (
        <Empty title="There are no webhook subscriptions yet.">
          <p>
            A subscription names a URL and topics; each event is then sent there, signed, until it is accepted. Without
            a URL the sandbox captures what would have been sent, so that a test needs no receiver.
          </p>
          <Make onMade={() => {}} />
        </Empty>
      )}
      detail={(id) => <SubscriptionDetail id={id} />}
    />
  )
}

function Make({ onMade }: { onMade(): void }) {
  const [is_open, setOpen] = useState(false)
  const close = () => {
    setOpen(false)
    onMade()
  }
  return (
    <>
      <Button is_small onClick={() => setOpen(true)}>
        New subscription
      </Button>
      {is_open && <NewSubscription onClose={close} />}
    </>
  )
}
