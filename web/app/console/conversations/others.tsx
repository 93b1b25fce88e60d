// The teammates who are in the conversation too.
import { Face } from '../../../parts/face.tsx'
import { useObject } from '../shared/use-object.ts'
import { othersIn } from './presence.ts'

type Admins = { admins: { id: string; name: string }[] }

export function Others({ id }: { id: string }) {
  const others = othersIn(id)
  const { data } = useObject<Admins>('/admins')
  const nameOf = (admin_id: string) => data?.admins.find((admin) => admin.id === admin_id)?.name ?? 'A teammate'
  const writing = others.filter(({ activity }) => activity === 'writing').map(({ admin_id }) => nameOf(admin_id))
  return (
    <div class="others" aria-live="polite">
      {others.map(({ admin_id }) => (
        <Face key={admin_id} name={nameOf(admin_id)} />
      ))}
      {others.length > 0 && (
        <span>
          {writing.length
            ? `${writing.join(' and ')} ${writing.length > 1 ? 'are' : 'is'} writing`
            : `${others.map(({ admin_id }) => nameOf(admin_id)).join(' and ')} ${others.length > 1 ? 'are' : 'is'} here`}
        </span>
      )}
    </div>
  )
}
