// What a test does with a message: replies as its contact, or reports its status as a provider would.
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { Button, ButtonLink } from '../../../parts/button.tsx'
import { closeDialogOf, Dialog } from '../../../parts/dialog.tsx'
import { LongField } from '../../../parts/field.tsx'
import { toast } from '../../../parts/toast.tsx'
import { call } from '../../../shared/call.ts'
import type { CapturedDetail } from '../types.ts'

const REPORTS = ['delivered', 'read', 'failed']

export function Actions({ message }: { message: CapturedDetail }) {
  const [is_replying, setReplying] = useState(false)
  const report = (status: string) =>
    call<{ moved?: boolean }>('POST /extensions/sandbox/statuses', {
      body: { delivery_id: message.delivery_id, status },
    })
      .then(({ moved }) => moved === false && toast(`It stays ${message.status}: a status does not go back.`))
      .catch((error: Error) => toast(error.message, 'bad'))
  return (
    <div class="actions">
      <Button is_small onClick={() => setReplying(true)}>
        Reply as the contact
      </Button>
      <select
        class="chip"
        aria-label="Report a status"
        value=""
        onChange={({ currentTarget }) => {
          void report(currentTarget.value)
          currentTarget.value = ''
        }}
      >
        <option value="">Report a status</option>
        {REPORTS.map((status) => (
          <option key={status}>{status}</option>
        ))}
      </select>
      <ButtonLink is_small href={`/console/conversations/${message.conversation_id}`}>
        Conversation
      </ButtonLink>
      <ButtonLink is_small href={`/console/deliveries/${message.delivery_id}`}>
        Delivery
      </ButtonLink>
      {is_replying && <Reply message={message} onClose={() => setReplying(false)} />}
    </div>
  )
}

function Reply({ message, onClose }: { message: CapturedDetail; onClose(): void }) {
  const [error, setError] = useState<string>()
  const [is_busy, setBusy] = useState(false)
  const send = async (event: JSX.TargetedEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const body = String(new FormData(form).get('body'))
    setBusy(true)
    try {
      await call('POST /extensions/sandbox/replies', { body: { to_message: message.message_id, body } })
      toast('The reply is in the conversation.')
      closeDialogOf(form)
    } catch (failure) {
      setError((failure as Error).message)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog title={`Reply as ${message.contact?.name ?? message.to}`} onClose={onClose}>
      <form class="form" onSubmit={send}>
        <LongField label="Reply" name="body" required rows={4} error={error} />
        <div class="actions">
          <Button kind="primary" type="submit" is_busy={is_busy}>
            Send reply
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
