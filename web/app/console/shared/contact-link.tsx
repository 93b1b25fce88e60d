// A link to a contact, by its name.
import type { Contact } from '../types.ts'
import { useObject } from './use-object.ts'

export function ContactLink({ id }: { id: string }) {
  const { data } = useObject<Contact>(`/contacts/${id}`)
  return <a href={`/console/contacts/${id}`}>{data?.name ?? data?.email ?? id}</a>
}
