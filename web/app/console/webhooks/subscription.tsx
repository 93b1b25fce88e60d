// One subscription: its state, and its notifications with their attempts.

import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { Ago } from '../../../parts/ago.tsx'
import { Button } from '../../../parts/button.tsx'
import { Facts } from '../../../parts/facts.tsx'
import { Mark } from '../../../parts/status.tsx'
import { toast } from '../../../parts/toast.tsx'
import { call } from '../../../shared/call.ts'
import { exactTime } from '../../../shared/time.ts'
import { useRows } from '../listing/rows.ts'
import { Loaded } from '../shared/loaded.tsx'
import { useAct } from '../shared/use-act.ts'
import { useObject } from '../shared/use-object.ts'
import type { Notification, Subscription } from '../types.ts'
import { Attempts } from './attempts.tsx'

export const TONES = { active: 'good', suspended: 'bad', disabled: 'quiet' } as const
const STATUS_TONES = { delivered: 'good', failed: 'bad', pending: 'quiet' } as const

export function SubscriptionDetail({ id }: { id: string }) {
  const found = useObject<Subscription>(`/extensions/webhook_subscriptions/${id}`, {
    concerns: ({ topic }) => topic === 'webhook.attempted',
  })
  const again = () => void found.refetch()
  return <Loaded found={found}>{(subscription) => <Shown {...{ subscription, again }} />}</Loaded>
}

function Shown({ subscription, again }: { subscription: Subscription; again(): void }) {
  const { id, url, state, state_reason, topics, version, failing_since, resumes_at } = subscription
  return (
    <>
      <header class="detail-head">
        <h2>{url ?? 'Captured by the sandbox'}</h2>
        <Mark tone={TONES[state]} text={state} />
      </header>
      {state_reason && <p class="problem">{state_reason}</p>}
      <Acts {...{ subscription, again }} />
      <Facts
        rows={[
          ['Topics', topics.join(', ')],
          ['Version', version],
          ['Tried for', `${subscription.gives_up_after_hours} hours`],
          ['Failing since', failing_since && exactTime(failing_since)],
          ['Tried again', resumes_at && <Ago key="again" at={resumes_at} />],
        ]}
      />
      <section>
        <h3>Notifications</h3>
        <Notifications id={id} />
      </section>
    </>
  )
}

function Acts({ subscription, again }: { subscription: Subscription; again(): void }) {
  const { id, state } = subscription
  const path = `/extensions/webhook_subscriptions/${id}` as const
  const { route } = useLocation()
  const replay = useAct(`POST ${path}/replay`, 'Those that failed are sent again.')
  const update = useAct(`PUT ${path}`, 'Saved.')
  const remove = useAct(`DELETE ${path}`, 'The subscription is gone.')
  const ping = () =>
    call<{ response_status: number | null; error: string | null }>(`POST ${path}/ping`)
      .then(({ response_status, error }) => toast(error ?? `The receiver answered ${response_status ?? 'nothing'}.`))
      .catch((error: Error) => toast(error.message, 'bad'))
  return (
    <div class="actions">
      <Button is_small onClick={ping}>
        Send a ping
      </Button>
      <Button is_small is_busy={replay.is_busy} onClick={() => void replay.send({ status: 'failed' }).then(again)}>
        Send failed ones again
      </Button>
      <Button is_small onClick={() => void update.send({ enabled: state === 'disabled' }).then(again)}>
        {state === 'disabled' ? 'Enable' : 'Disable'}
      </Button>
      <Button
        is_small
        kind="danger"
        onClick={() => void remove.send().then((is_gone) => is_gone && route('/console/webhooks'))}
      >
        Delete
      </Button>
    </div>
  )
}

function Notifications({ id }: { id: string }) {
  const { rows, total, more, error, again, is_loading } = useRows<Notification>({
    path: `/extensions/webhook_subscriptions/${id}/notifications`,
    query: {},
    topics: (topic) => topic === 'webhook.attempted',
    idOf: (row) => row.id,
  })
  return (
    <Loaded found={{ data: is_loading ? undefined : rows, error, isPending: is_loading, refetch: again }}>
      {() => (
        <>
          {!rows.length && <p class="quiet">None yet.</p>}
          {rows.map((notification) => (
            <NotificationLine key={notification.id} {...{ subscription_id: id, notification }} />
          ))}
          {rows.length < (total ?? 0) && (
            <Button is_small onClick={more}>
              Earlier ones
            </Button>
          )}
        </>
      )}
    </Loaded>
  )
}

function NotificationLine({ subscription_id, notification }: { subscription_id: string; notification: Notification }) {
  const [is_open, setOpen] = useState(false)
  const { id, topic, status, attempts, created_at, error } = notification
  return (
    <details class="notification" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <Mark tone={STATUS_TONES[status]} text={status} />
        <span class="ellipsis">{topic}</span>
        <span class="quiet ellipsis">{error}</span>
        <span class="quiet">{attempts}</span>
        <Ago at={created_at} />
      </summary>
      {is_open && <Attempts {...{ subscription_id, id }} />}
    </details>
  )
}
