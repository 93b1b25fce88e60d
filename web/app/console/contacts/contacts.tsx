// Contacts: found by the operators of the API's search, which stand in the address.
import { useState } from 'preact/hooks'
import { Ago } from '../../../parts/ago.tsx'
import { Button } from '../../../parts/button.tsx'
import { Empty } from '../../../parts/empty.tsx'
import { Face } from '../../../parts/face.tsx'
import { ListingScreen } from '../listing/listing.tsx'
import type { Contact } from '../types.ts'
import { NewContact } from './new-contact.tsx'
import { Profile } from './profile.tsx'
import { searchOf } from './search.ts'
import { Where } from './where.tsx'

export default function Contacts() {
  return (
    <ListingScreen<Contact>
      title="Contacts"
      path="/console/contacts"
      source={(asked) => ({
        path: searchOf(asked) ? '/contacts/search' : '/contacts',
        query: {},
        search: searchOf(asked),
        topics: (topic) => topic.startsWith('contact.') || topic.startsWith('visitor.'),
      })}
      idOf={({ id }) => id}
      search={{ placeholder: 'Search name, email, phone' }}
      filters={[{ name: 'role', label: 'Role', values: ['user', 'lead'] }]}
      also_filters={['where']}
      columns="24px minmax(80px, 1.2fr) minmax(80px, 1.4fr) minmax(0, 1fr) 40px 64px"
      narrow_columns="24px minmax(80px, 1fr) minmax(80px, 1.4fr) 64px"
      row={(contact) => (
        <>
          <Face name={nameOf(contact)} />
          <span>{nameOf(contact)}</span>
          <span class="quiet">{contact.email}</span>
          <span class="quiet wide-only">{contact.phone}</span>
          <span class="quiet wide-only">{contact.role}</span>
          <Ago at={contact.created_at} />
        </>
      )}
      actions={(rows) => (
        <>
          <Where />
          <Make onMade={rows.refresh} />
        </>
      )}
      empty={() => (
        <Empty title="There are no contacts yet.">
          <p>
            Make one, or import a CSV file whose first line names the fields: email, name, phone, external_id, role.
          </p>
          <Make onMade={() => {}} />
        </Empty>
      )}
      detail={(id) => <Profile id={id} />}
    />
  )
}

export const nameOf = ({ name, email, phone, id }: Contact): string => name ?? email ?? phone ?? id

function Make({ onMade }: { onMade(): void }) {
  const [is_open, setOpen] = useState(false)
  return (
    <>
      <Button is_small onClick={() => setOpen(true)}>
        New contact
      </Button>
      {is_open && (
        <NewContact
          onClose={() => {
            setOpen(false)
            onMade()
          }}
        />
      )}
    </>
  )
}
