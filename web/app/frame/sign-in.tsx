// The page of those who are not signed in: how to get a link, or an access token in its place.
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { Button } from '../../parts/button.tsx'
import { Snippet } from '../../parts/copy.tsx'
import { Field } from '../../parts/field.tsx'
import { signIn } from '../../shared/session.ts'

export function SignIn({ error: of_link }: { error?: Error | undefined }) {
  const [error, setError] = useState<Error>()
  const [is_busy, setBusy] = useState(false)
  const submit = async (event: JSX.TargetedEvent<HTMLFormElement>) => {
    event.preventDefault()
    const access_token = String(new FormData(event.currentTarget).get('token')).trim()
    setBusy(true)
    await signIn({ access_token }).catch(setError)
    setBusy(false)
  }
  return (
    <main class="sign-in">
      <h1>Interphone</h1>
      {of_link && (
        <p class="wrong" role="alert">
          {of_link.message}
        </p>
      )}
      <section>
        <h2>With a link</h2>
        <p>
          The server prints one when it starts, beside <code>Console</code>. This prints another:
        </p>
        <Snippet text="npx interphone sign-in" />
      </section>
      <form onSubmit={submit}>
        <h2>With an access token</h2>
        <Field
          label="Access token"
          name="token"
          type="password"
          autocomplete="off"
          spellcheck={false}
          required
          hint="Of any workspace, also of one that a test made"
          error={error?.message}
        />
        <Button kind="primary" type="submit" is_busy={is_busy}>
          Sign in
        </Button>
      </form>
    </main>
  )
}
