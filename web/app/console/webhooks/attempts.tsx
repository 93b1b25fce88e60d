// The attempts of one notification: what was sent and what was answered, side by side.
import { Button } from '../../../parts/button.tsx'
import { Facts } from '../../../parts/facts.tsx'
import { Json, JsonText } from '../../../parts/json.tsx'
import { HttpStatus } from '../../../parts/status.tsx'
import { exactTime } from '../../../shared/time.ts'
import { Loaded } from '../shared/loaded.tsx'
import { useAct } from '../shared/use-act.ts'
import { useObject } from '../shared/use-object.ts'
import type { WholeNotification } from '../types.ts'

export function Attempts({ subscription_id, id }: { subscription_id: string; id: string }) {
  const path = `/extensions/webhook_subscriptions/${subscription_id}` as const
  const found = useObject<WholeNotification>(`${path}/notifications/${id}`, {
    concerns: ({ topic }) => topic === 'webhook.attempted',
  })
  const replay = useAct(`POST ${path}/replay`, 'It is sent again.')
  return (
    <Loaded found={found}>
      {(notification) => (
        <div class="attempts">
          <div class="sides">
            <section>
              <h3>Sent</h3>
              <Json value={notification.item} />
            </section>
            <section>
              <h3>Answered</h3>
              {!notification.log.length && <p class="quiet">Nothing has been tried yet.</p>}
              {notification.log.map((attempt) => (
                <div class="attempt" key={attempt.attempt}>
                  <HttpStatus status={attempt.response_status} />
                  <Facts
                    rows={[
                      ['Attempt', `${attempt.attempt}, ${exactTime(attempt.started_at)}, ${attempt.took_ms} ms`],
                      ['Error', attempt.error],
                      ...Object.entries(attempt.response_headers ?? {}),
                    ]}
                  />
                  {attempt.response_body && <JsonText text={attempt.response_body} />}
                </div>
              ))}
            </section>
          </div>
          <Button is_small is_busy={replay.is_busy} onClick={() => void replay.send({ notification_id: id })}>
            Send again
          </Button>
        </div>
      )}
    </Loaded>
  )
}
