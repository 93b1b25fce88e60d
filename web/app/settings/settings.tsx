// What a teammate sets for this browser, and where it is signed in.
import { useState } from 'preact/hooks'
import { Ago } from '../../parts/ago.tsx'
import { Button } from '../../parts/button.tsx'
import { Choice } from '../../parts/field.tsx'
import { toast } from '../../parts/toast.tsx'
import { call } from '../../shared/call.ts'
import { session, signOut } from '../../shared/session.ts'
import { Loaded } from '../console/shared/loaded.tsx'
import { useObject } from '../console/shared/use-object.ts'
import { LetterKeys } from '../frame/shortcuts.tsx'
import { chooseTheme, THEMES, type Theme, theme } from '../frame/theme.ts'

type SignIn = {
  id: string
  admin: { name: string }
  is_current: boolean
  user_agent: string | null
  last_used_at: number
}

export default function Settings() {
  return (
    <div class="page">
      <h1>Settings</h1>
      <ThisBrowser />
      <SignIns />
    </div>
  )
}

function ThisBrowser() {
  const [chosen, choose] = useState(theme())
  return (
    <section class="card">
      <h2>This browser</h2>
      <div class="inline-form">
        <Choice
          label="Theme"
          options={THEMES}
          value={chosen}
          onChange={({ currentTarget }) => {
            const next = currentTarget.value as Theme
            choose(next)
            chooseTheme(next)
          }}
        />
      </div>
      <LetterKeys />
    </section>
  )
}

function SignIns() {
  const found = useObject<{ data: SignIn[] }>('/extensions/sign-ins', { query: { per_page: 150 } })
  const end = ({ id, is_current }: SignIn) =>
    (is_current ? signOut() : call(`DELETE /extensions/sign-ins/${id}`).then(() => found.refetch())).catch(
      (error: Error) => toast(error.message, 'bad'),
    )
  return (
    <section class="card">
      <h2>Signed in to {session.value?.workspace.name}</h2>
      <Loaded found={found}>
        {({ data }) => (
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Teammate</th>
                <th scope="col">Browser</th>
                <th scope="col">Last used</th>
                <th scope="col">
                  <span class="unseen">End</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {data.map((sign_in) => (
                <tr key={sign_in.id}>
                  <td>{sign_in.admin.name}</td>
                  <td>{browserOf(sign_in.user_agent)}</td>
                  <td>
                    <Ago at={sign_in.last_used_at} />
                  </td>
                  <td>
                    <Button is_small kind="quiet" onClick={() => end(sign_in)}>
                      {sign_in.is_current ? 'Sign out here' : 'End'}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Loaded>
      {found.error && (
        <Button is_small onClick={() => void signOut().catch((error: Error) => toast(error.message, 'bad'))}>
          Sign out here
        </Button>
      )}
    </section>
  )
}

/** `Firefox on Linux`, or the beginning of what the browser says of itself. */
function browserOf(user_agent: string | null): string {
  const [, name] = /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(user_agent ?? '') ?? []
  const [system] = /Windows|Android|iPhone|iPad|Mac OS X|Linux/.exec(user_agent ?? '') ?? []
  if (!name) return user_agent?.slice(0, 40) ?? 'Unknown'
  const known = { Edg: 'Edge', OPR: 'Opera' }[name] ?? name
  return system ? `${known} on ${system === 'Mac OS X' ? 'macOS' : system}` : known
}
