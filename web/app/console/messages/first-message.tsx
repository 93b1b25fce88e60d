// How to send a first message, shown as long as there is none: the row appears while one looks.
import { Snippet } from '../../../parts/copy.tsx'
import { Empty } from '../../../parts/empty.tsx'
import { session } from '../../../shared/session.ts'
import { useObject } from '../shared/use-object.ts'

type Contacts = { data: { id: string; role: string; email: string | null }[] }

export function FirstMessage() {
  const { data } = useObject<Contacts>('/contacts', { query: { per_page: 10 } })
  const recipient = data?.data.find(({ email }) => email)
  const { origin } = location
  return (
    <Empty title="No message has been captured yet.">
      <p>Send one, and it appears here. Put your access token in place of TOKEN.</p>
      <Snippet label="Copy the command" text={recipient ? curl(origin, recipient) : contactFirst(origin)} />
      {recipient && (
        <>
          <p>The same by Intercom's SDK for JavaScript:</p>
          <Snippet label="Copy the code" text={sdk(origin, recipient)} />
        </>
      )}
    </Empty>
  )
}

type Recipient = Contacts['data'][number]

const messageTo = ({ id, role }: Recipient) => ({
  message_type: 'email',
  template: 'plain',
  subject: 'Hello',
  body: 'Is anybody there?',
  from: { type: 'admin', id: session.value!.admin.id },
  to: { type: role, id },
})

const curl = (origin: string, recipient: Recipient) => `curl ${origin}/messages \\
  -H 'Authorization: Bearer TOKEN' \\
  -H 'Content-Type: application/json' \\
  -d '${JSON.stringify(messageTo(recipient))}'`

const contactFirst = (origin: string) => `curl ${origin}/contacts \\
  -H 'Authorization: Bearer TOKEN' \\
  -H 'Content-Type: application/json' \\
  -d '{"role":"user","email":"you@example.com"}'`

const sdk = (origin: string, recipient: Recipient) => `import { IntercomClient } from 'intercom-client'

const intercom = new IntercomClient({ token: 'TOKEN', environment: '${origin}' })
await intercom.messages.create(${JSON.stringify(messageTo(recipient), null, 2)})`
