// Starts the app: signs in, opens the stream, and shows the screen of the address.
import { QueryClient, QueryClientProvider } from '@tanstack/preact-query'
import { render } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { LocationProvider } from 'preact-iso'
import { Failure } from '../parts/empty.tsx'
import { CallError } from '../shared/call.ts'
import { readSession, session, signIn, takeSecret } from '../shared/session.ts'
import { onChange, onReopened, stream_state } from '../shared/stream.ts'
import { Frame } from './frame/frame.tsx'
import { SignIn } from './frame/sign-in.tsx'
import { applyTheme } from './frame/theme.ts'
import { screenAt } from './screens.ts'

/** The addresses that the app answers; all others are the server's, such as the API reference. */
const SCOPE = /^\/(console|settings)(\/|$)/

function App() {
  const [error, setError] = useState<Error>()
  useEffect(() => {
    const secret = takeSecret()
    const entering = secret ? signIn({ secret }) : readSession()
    entering.catch((why: Error) => {
      setError(why)
      // A link can be used once: who is signed in already needs none.
      if (secret) readSession().catch(() => {})
    })
  }, [])
  if (session.value) return <SignedIn key={session.value.id} />
  if (session.value === null) return <SignIn error={error} />
  return error ? <Failure error={error} onAgain={() => location.reload()} /> : null
}

/** What one session was shown, no other one sees. */
function SignedIn() {
  const [client] = useState(newClient)
  useEffect(() => {
    // Only screens that are open follow the changes. The others are read again when they are opened.
    const forget = () => client.removeQueries({ type: 'inactive' })
    const ends = [onChange(forget), onReopened(forget)]
    return () => {
      for (const end of ends) end()
    }
  }, [client])
  return (
    <QueryClientProvider client={client}>
      <Frame />
    </QueryClientProvider>
  )
}

const newClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: {
        // The stream says when something has changed.
        staleTime: () => (stream_state.value === 'live' ? Number.POSITIVE_INFINITY : 0),
        refetchOnWindowFocus: false,
        retry: (count, error) => count < 2 && error instanceof CallError && (error.status === 0 || error.status >= 500),
      },
    },
  })

applyTheme()
// Loads the screen's code while the session is read.
screenAt(location.pathname)
  ?.load()
  .catch(() => {})
render(
  <LocationProvider scope={SCOPE}>
    <App />
  </LocationProvider>,
  document.getElementById('app')!,
)
