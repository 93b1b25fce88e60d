// Closes, opens, snoozes and assigns a conversation.
import { Button } from '../../../parts/button.tsx'
import { toast } from '../../../parts/toast.tsx'
import { call } from '../../../shared/call.ts'
import { session } from '../../../shared/session.ts'
import type { Conversation } from '../types.ts'

const HOUR = 3_600

export function States({ conversation, again }: { conversation: Conversation; again(): void }) {
  const { id, state, admin_assignee_id } = conversation
  const admin_id = session.value!.admin.id
  const manage = async (body: object) => {
    try {
      await call(`POST /conversations/${id}/parts`, { body: { type: 'admin', admin_id, ...body } })
      again()
    } catch (error) {
      toast((error as Error).message, 'bad')
    }
  }
  const is_mine = String(admin_assignee_id) === admin_id
  return (
    <div class="actions">
      {state === 'closed' ? (
        <Button is_small onClick={() => manage({ message_type: 'open' })}>
          Open again
        </Button>
      ) : (
        <Button is_small onClick={() => manage({ message_type: 'close' })}>
          Close
        </Button>
      )}
      {state === 'open' && (
        <Button
          is_small
          onClick={() => manage({ message_type: 'snoozed', snoozed_until: Math.floor(Date.now() / 1000) + HOUR })}
        >
          Snooze for an hour
        </Button>
      )}
      {!is_mine && (
        <Button is_small onClick={() => manage({ message_type: 'assignment', assignee_id: admin_id })}>
          Assign to me
        </Button>
      )}
    </div>
  )
}
