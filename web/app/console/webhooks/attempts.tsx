// The attempts of one notification, newest first: what was sent and what was answered, side by side.
import { Button } from '../../../parts/button.tsx'
import { Facts } from '../../../parts/facts.tsx'
import { JsonText } from '../../../parts/json.tsx'
import { HttpStatus } from '../../../parts/status.tsx'
import { exactTime } from '../../../shared/time.ts'
import { Loaded } from '../shared/loaded.tsx'
import { useAct } from '../shared/use-act.ts'
import { useObject } from '../shared/use-object.ts'
import type { WholeNotification } from '../types.ts'

type Attempt = WholeNotification['log'][number]

export function Attempts({ subscription_id, id }: { subscription_id: string; id: string }) {
  const path = `/extensions/webhook_subscriptions/${subscription_id}` as const
  const found = useObject<WholeNotification>(`${path}/notifications/${id}`, {
    concerns: ({ topic }) => topic === 'webhook.attempted',
  })
  const replay = useAct(`POST ${path}/replay`, 'It is sent again.')
  return (
    <Loaded found={found}>
      {({ log }) => (
        <div class="attempts">
          {!log.length && <p class="quiet">Nothing has been tried yet.</p>}
          {log.toReversed().map((attempt) => (
            <Sides key={attempt.attempt} attempt={attempt} />
          ))}
          <Button is_small is_busy={replay.is_busy} onClick={() => void replay.send({ notification_id: id })}>
            Send again
          </Button>
        </div>
      )}
    </Loaded>
  )
}

function Sides({ attempt }: { attempt: Attempt }) {
  const { request, response_status, response_headers, response_body, error } = attempt
  return (
    <article>
      <h3>
        Attempt {attempt.attempt}, {exactTime(attempt.started_at)}
      </h3>
      <div class="sides">
        <section>
          <Facts rows={[['Sent to', request.url ?? 'the sandbox'], ...Object.entries(request.headers)]} />
          <JsonText text={request.body} />
        </section>
        <section>
          <Facts
            rows={[
              ['Answered', <HttpStatus key="status" status={response_status} />],
              ['Took', `${attempt.took_ms} ms`],
              ['Error', error],
              ...Object.entries(response_headers ?? {}),
            ]}
          />
          {response_body && <JsonText text={response_body} />}
        </section>
      </div>
    </article>
  )
}
