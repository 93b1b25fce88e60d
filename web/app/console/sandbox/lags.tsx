// How long changes are not seen yet, as at Intercom.
import type { JSX } from 'preact'
import { Button } from '../../../parts/button.tsx'
import { Field } from '../../../parts/field.tsx'
import { Loaded } from '../shared/loaded.tsx'
import { useAct } from '../shared/use-act.ts'
import { useObject } from '../shared/use-object.ts'

type Shown = { search_lag_ms: number; message_lag_ms: number }

const PATH = '/extensions/sandbox/settings'

export function Lags() {
  const found = useObject<Shown>(PATH)
  const change = useAct(`PUT ${PATH}`, 'Saved.')
  const save = (event: JSX.TargetedEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const body = {
      search_lag_ms: Number(form.get('search_lag_ms')),
      message_lag_ms: Number(form.get('message_lag_ms')),
    }
    void change.send(body)
  }
  return (
    <section class="card">
      <h2>Lags</h2>
      <p class="quiet">
        At Intercom a search finds a change after a moment. Set it here, and see whether your code waits.
      </p>
      <Loaded found={found}>
        {({ search_lag_ms, message_lag_ms }) => (
          <form class="inline-form" onSubmit={save}>
            <Field
              label="Until searches find a change (ms)"
              name="search_lag_ms"
              type="number"
              min={0}
              defaultValue={String(search_lag_ms)}
            />
            <Field
              label="Until a new contact can get a message (ms)"
              name="message_lag_ms"
              type="number"
              min={0}
              defaultValue={String(message_lag_ms)}
            />
            <Button type="submit">Save</Button>
          </form>
        )}
      </Loaded>
    </section>
  )
}
