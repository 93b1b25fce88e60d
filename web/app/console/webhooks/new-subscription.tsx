// Makes a subscription, and shows its secret, which the server shows only once.
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { Button } from '../../../parts/button.tsx'
import { Snippet } from '../../../parts/copy.tsx'
import { Dialog } from '../../../parts/dialog.tsx'
import { Field, LongField } from '../../../parts/field.tsx'
import { call } from '../../../shared/call.ts'

const COMMON = 'contact.user.created, conversation.user.created, conversation.user.replied, conversation.admin.replied'

export function NewSubscription({ onClose }: { onClose(): void }) {
  const [error, setError] = useState<string>()
  const [secret, setSecret] = useState<string>()
  const make = async (event: JSX.TargetedEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const topics = String(form.get('topics'))
      .split(/[\s,]+/)
      .filter(Boolean)
    const body = { url: String(form.get('url')).trim() || null, topics }
    try {
      setSecret((await call<{ secret: string }>('POST /extensions/webhook_subscriptions', { body })).secret)
    } catch (failure) {
      setError((failure as Error).message)
    }
  }
  if (secret)
    return (
      <Dialog title="The secret of the subscription" onClose={onClose}>
        <p>It signs every notification (X-Hub-Signature). It is not shown again.</p>
        <Snippet text={secret} label="Copy the secret" />
      </Dialog>
    )
  return (
    <Dialog title="New subscription" onClose={onClose}>
      <form class="form" onSubmit={make}>
        <Field
          label="URL"
          name="url"
          type="url"
          placeholder="https://example.com/webhooks"
          hint="Empty: the sandbox captures the notifications"
        />
        <LongField label="Topics" name="topics" required rows={4} defaultValue={COMMON} error={error} />
        <div class="actions">
          <Button kind="primary" type="submit">
            Subscribe
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
