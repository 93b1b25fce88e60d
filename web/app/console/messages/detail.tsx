// One captured message: its faces, what became of it, and what the contact can do.

import { Snippet } from '../../../parts/copy.tsx'
import { Failure } from '../../../parts/empty.tsx'
import { Facts } from '../../../parts/facts.tsx'
import { JsonText } from '../../../parts/json.tsx'
import { Status } from '../../../parts/status.tsx'
import { type Tab, Tabs } from '../../../parts/tabs.tsx'
import { exactTime } from '../../../shared/time.ts'
import { History } from '../shared/history.tsx'
import { Loaded } from '../shared/loaded.tsx'
import { useObject } from '../shared/use-object.ts'
import type { CapturedDetail, Delivery } from '../types.ts'
import { Actions } from './actions.tsx'
import { ApiCall } from './api-call.tsx'
import { Mail } from './mail.tsx'
import { Raw } from './raw.tsx'
import { Sms } from './sms.tsx'

export function MessageDetail({ id }: { id: string }) {
  const found = useObject<CapturedDetail>(`/extensions/sandbox/messages/${id}`, {
    concerns: ({ topic }) => topic === 'delivery.moved',
  })
  return <Loaded found={found}>{(message) => <Shown message={message} />}</Loaded>
}

function Shown({ message }: { message: CapturedDetail }) {
  const { delivery_id, channel, subject, contact, captured_at } = message
  return (
    <>
      <header class="detail-head">
        <h2>{subject ?? NAMES[channel]}</h2>
        <Status status={message.status} />
      </header>
      <Facts
        rows={[
          ['From', message.from],
          [
            'To',
            contact?.name && channel !== 'inapp' ? `${contact.name} · ${message.to}` : (contact?.name ?? message.to),
          ],
          ['Cc', message.email?.cc.join(', ')],
          ['Captured', exactTime(captured_at)],
        ]}
      />
      <Actions message={message} />
      <Tabs key={message.id} label="The message" list={facesOf(message)} />
      <section>
        <h3>Delivery history</h3>
        <Deliveries id={delivery_id} />
      </section>
    </>
  )
}

const REMOTE_IMAGE = /<img[^>]+src=["']https?:/i

const NAMES: Record<string, string> = {
  email: 'Email without a subject',
  inapp: 'In-app message',
  sms: 'SMS',
  whatsapp: 'WhatsApp message',
}

function Deliveries({ id }: { id: string }) {
  const found = useObject<Delivery>(`/extensions/deliveries/${id}`, {
    concerns: (change) => change.topic === 'delivery.moved' && change.id === id,
  })
  if (found.error) return <Failure error={found.error} onAgain={() => void found.refetch()} />
  return found.data ? <History delivery={found.data} /> : null
}

/** What a message of its channel can be looked at as. */
function facesOf(message: CapturedDetail): Tab[] {
  const { id, channel, text, html, email } = message
  const call: Tab = { value: 'call', label: 'API call', content: () => <ApiCall message={message} /> }
  if (channel === 'sms') return [{ value: 'sms', label: 'SMS', content: () => <Sms message={message} /> }, call]
  const shown: Tab = {
    value: 'preview',
    label: 'Preview',
    content: () => <Mail id={id} has_images={REMOTE_IMAGE.test(html ?? '')} />,
  }
  const plain: Tab = { value: 'text', label: 'Text', content: () => <Snippet text={text ?? ''} /> }
  const rendered: Tab = {
    value: 'rendered',
    label: 'As sent',
    content: () => <JsonText text={JSON.stringify(message.rendered)} />,
  }
  if (channel === 'inapp') return [shown, plain, call]
  if (channel === 'whatsapp') return [plain, rendered, call]
  return [
    ...(html ? [shown] : []),
    plain,
    ...(html ? [{ value: 'html', label: 'HTML', content: () => <Snippet text={html} /> }] : []),
    {
      value: 'headers',
      label: 'Headers',
      content: () => <Facts rows={(email?.headers ?? []).map(({ name, value }) => [name, value])} />,
    },
    { value: 'raw', label: 'Raw', content: () => <Raw id={id} /> },
    call,
  ]
}
