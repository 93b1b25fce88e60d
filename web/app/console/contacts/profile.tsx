// One contact: who it is, and all that has happened with it.
import { useState } from 'preact/hooks'
import { Ago } from '../../../parts/ago.tsx'
import { Button } from '../../../parts/button.tsx'
import { Facts } from '../../../parts/facts.tsx'
import { Mark, Status } from '../../../parts/status.tsx'
import { type Tab, Tabs } from '../../../parts/tabs.tsx'
import { exactTime } from '../../../shared/time.ts'
import { Loaded } from '../shared/loaded.tsx'
import { useAct } from '../shared/use-act.ts'
import { useObject } from '../shared/use-object.ts'
import type { Contact, Delivery, InboxConversation } from '../types.ts'
import { Merge } from './merge.tsx'

export function Profile({ id }: { id: string }) {
  const found = useObject<Contact>(`/contacts/${id}`, { concerns: (change) => change.id === id })
  const again = () => void found.refetch()
  return <Loaded found={found}>{(contact) => <Shown {...{ contact, again }} />}</Loaded>
}

function Shown({ contact, again }: { contact: Contact; again(): void }) {
  const { id, name, email, phone, role, custom_attributes } = contact
  return (
    <>
      <header class="detail-head">
        <h2>{name ?? email ?? phone ?? id}</h2>
        <Mark text={role} />
      </header>
      <Acts {...{ contact, again }} />
      <Facts
        rows={[
          ['Email', email],
          ['Phone', phone],
          ['External id', contact.external_id],
          ['Id', <code key="id">{id}</code>],
          ['Created', exactTime(contact.created_at)],
          ['Last seen', contact.last_seen_at && <Ago key="seen" at={contact.last_seen_at} />],
          ['Last contacted', contact.last_contacted_at && <Ago key="contacted" at={contact.last_contacted_at} />],
          ['Consent', consentOf(contact)],
          ...Object.entries(custom_attributes ?? {}).map(([name, value]): [string, string] => [name, shown(value)]),
        ]}
      />
      <Tabs label="Of this contact" list={tabsOf(contact)} />
    </>
  )
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

const consentOf = (contact: Contact): string =>
  [
    contact.unsubscribed_from_emails && 'unsubscribed from emails',
    contact.unsubscribed_from_sms && 'opted out of SMS',
    contact.has_hard_bounced && 'email bounced',
    contact.marked_email_as_spam && 'marked an email as spam',
  ]
    .filter(Boolean)
    .join(', ')

function Acts({ contact, again }: { contact: Contact; again(): void }) {
  const { id } = contact
  const [is_merging, setMerging] = useState(false)
  const archive = useAct(`POST /contacts/${id}/archive`, 'Archived.')
  const block = useAct(`POST /contacts/${id}/block`, 'Blocked: what it writes is not stored.')
  return (
    <div class="actions">
      <Button is_small is_busy={archive.is_busy} onClick={() => void archive.send().then(again)}>
        Archive
      </Button>
      <Button is_small is_busy={block.is_busy} onClick={() => void block.send().then(again)}>
        Block
      </Button>
      {contact.role === 'lead' && (
        <Button is_small onClick={() => setMerging(true)}>
          Merge into a user
        </Button>
      )}
      {is_merging && <Merge lead_id={id} onClose={() => setMerging(false)} />}
    </div>
  )
}

function tabsOf({ id, email }: Contact): Tab[] {
  return [
    {
      value: 'conversations',
      label: 'Conversations',
      content: () => (
        <Objects<InboxConversation>
          path="/extensions/inbox/conversations"
          query={{ contact_id: id }}
          line={(row) => (
            <a href={`/console/conversations/${row.id}`}>
              <span class="ellipsis">{row.last_part.text || row.subject || row.id}</span>
              <Ago at={row.updated_at} />
            </a>
          )}
        />
      ),
    },
    {
      value: 'deliveries',
      label: 'Deliveries',
      content: () => (
        <Objects<Delivery>
          path="/extensions/deliveries"
          query={{ q: email ?? id }}
          line={(row) => (
            <a href={`/console/deliveries/${row.id}`}>
              <Status status={row.status} />
              <span>{row.channel}</span>
              <Ago at={row.updated_at} />
            </a>
          )}
        />
      ),
    },
    {
      value: 'events',
      label: 'Events',
      content: () => (
        <Objects<{ id: string; event_name: string; created_at: number }>
          path="/events"
          query={{ type: 'user', intercom_user_id: id }}
          line={(row) => (
            <span>
              <span>{row.event_name}</span>
              <Ago at={row.created_at} />
            </span>
          )}
        />
      ),
    },
    named('tags', 'Tags', `/contacts/${id}/tags`),
    named('companies', 'Companies', `/contacts/${id}/companies`),
    named('segments', 'Segments', `/contacts/${id}/segments`),
    named('subscriptions', 'Subscriptions', `/contacts/${id}/subscriptions`),
  ]
}

type Named = { id: string; name?: string; translations?: { name?: string }[] }

const named = (value: string, label: string, path: `/${string}`): Tab => ({
  ...{ value, label },
  content: () => <Objects<Named> path={path} line={(row) => <span>{row.name ?? row.id}</span>} />,
})

type Props<Row> = {
  path: `/${string}`
  query?: Record<string, string>
  line(row: Row): preact.ComponentChildren
}

function Objects<Row extends { id: string }>({ path, query, line }: Props<Row>) {
  const found = useObject<{ data?: Row[]; events?: Row[] }>(path, { ...(query && { query }) })
  return (
    <Loaded found={found}>
      {({ data, events }) => {
        const rows = data ?? events ?? []
        if (!rows.length) return <p class="quiet">None.</p>
        return (
          <ul class="lines">
            {rows.map((row) => (
              <li key={row.id}>{line(row)}</li>
            ))}
          </ul>
        )
      }}
    </Loaded>
  )
}
