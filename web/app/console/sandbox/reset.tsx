// Empties the workspace. Its name has to be typed, as nothing brings the data back.

import { useQueryClient } from '@tanstack/preact-query'
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { Button } from '../../../parts/button.tsx'
import { Field } from '../../../parts/field.tsx'
import { session } from '../../../shared/session.ts'
import { useAct } from '../shared/use-act.ts'

export function Reset() {
  const { name } = session.value!.workspace
  const client = useQueryClient()
  const [typed, setTyped] = useState('')
  const reset = useAct('POST /extensions/sandbox/reset', 'The workspace is empty.')
  const submit = async (event: JSX.TargetedEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (!(await reset.send())) return
    setTyped('')
    await client.resetQueries()
  }
  return (
    <section class="card">
      <h2>Reset</h2>
      <p class="quiet">
        Deletes contacts, conversations, messages and all else of this workspace, disarms faults, and resets the clock.
      </p>
      <form class="inline-form" onSubmit={submit}>
        <Field
          label={`Type the name of the workspace: ${name}`}
          value={typed}
          autocomplete="off"
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        <Button kind="danger" type="submit" disabled={typed !== name} is_busy={reset.is_busy}>
          Reset
        </Button>
      </form>
    </section>
  )
}
