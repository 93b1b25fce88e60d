// The clock of the workspace: moved forward, stopped, or as the real one.
import type { JSX } from 'preact'
import { Button } from '../../../parts/button.tsx'
import { Choice, Field } from '../../../parts/field.tsx'
import { exactTime } from '../../../shared/time.ts'
import { Loaded } from '../shared/loaded.tsx'
import { useAct } from '../shared/use-act.ts'
import { useObject } from '../shared/use-object.ts'

type Shown = { now: number; frozen_at: number | null; ahead_seconds: number }

const PATH = '/extensions/sandbox/clock'
const UNITS = [
  { value: '60', text: 'minutes' },
  { value: '3600', text: 'hours' },
  { value: '86400', text: 'days' },
]

export function Clock() {
  const found = useObject<Shown>(PATH)
  const change = useAct(`POST ${PATH}`, 'The clock is set.')
  const set = async (body: object) => void ((await change.send(body)) && found.refetch())
  const advance = (event: JSX.TargetedEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    void set({ advance_seconds: Number(form.get('count')) * Number(form.get('unit')) })
  }
  return (
    <section class="card">
      <h2>Clock</h2>
      <Loaded found={found}>
        {({ now, frozen_at, ahead_seconds }) => (
          <p>
            {exactTime(now)}
            <span class="quiet">
              {frozen_at ? ' · stopped' : ahead_seconds ? ` · ${ahead_seconds} seconds ahead` : ' · the real time'}
            </span>
          </p>
        )}
      </Loaded>
      <form class="inline-form" onSubmit={advance}>
        <Field label="Forward by" name="count" type="number" min={1} required defaultValue="1" />
        <Choice label="Unit" name="unit" options={UNITS} defaultValue="3600" />
        <Button kind="primary" type="submit">
          Advance
        </Button>
        <Button onClick={() => set({ freeze_at: 'now' })}>Stop the clock</Button>
        <Button onClick={() => set({ reset: true })}>Use the real time</Button>
      </form>
    </section>
  )
}
