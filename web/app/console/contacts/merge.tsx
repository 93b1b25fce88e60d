// Merges a lead into a user: the user keeps everything of both.
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { Button } from '../../../parts/button.tsx'
import { closeDialogOf, Dialog } from '../../../parts/dialog.tsx'
import { Field } from '../../../parts/field.tsx'
import { call } from '../../../shared/call.ts'
import type { Contact } from '../types.ts'

export function Merge({ lead_id, onClose }: { lead_id: string; onClose(): void }) {
  const { route } = useLocation()
  const [error, setError] = useState<string>()
  const merge = async (event: JSX.TargetedEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const email = String(new FormData(form).get('email')).trim()
    try {
      const { data } = await call<{ data: Contact[] }>('POST /contacts/search', {
        body: { query: { operator: 'AND', value: [is('email', email), is('role', 'user')] } },
      })
      const [user] = data
      if (!user) return setError(`There is no user with the email ${email}.`)
      await call('POST /contacts/merge', { body: { from: lead_id, into: user.id } })
      closeDialogOf(form)
      route(`/console/contacts/${user.id}`)
    } catch (failure) {
      setError((failure as Error).message)
    }
  }
  return (
    <Dialog title="Merge into a user" onClose={onClose}>
      <form class="form" onSubmit={merge}>
        <Field label="Email of the user" name="email" type="email" required error={error} />
        <div class="actions">
          <Button kind="primary" type="submit">
            Merge
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

const is = (field: string, value: string) => ({ field, operator: '=', value })
