// The frame around every screen: the rail, the keys that work everywhere, and what floats above.

import { useEffect, useState } from 'preact/hooks'
import { ErrorBoundary, lazy, Route, Router, useLocation } from 'preact-iso'
import { Failure } from '../../parts/empty.tsx'
import { Toasts } from '../../parts/toast.tsx'
import { addCommands } from '../../shared/keys.ts'
import { session } from '../../shared/session.ts'
import { openStream, stream_state } from '../../shared/stream.ts'
import { ALL_SCREENS, SCREENS, screenAt } from '../screens.ts'
import { commandsOf } from './commands.ts'
import { Rail } from './rail.tsx'

const ROUTES = ALL_SCREENS.map(({ path, load }) => ({ path: `${path}/:id?`, component: lazy(load) }))
const Palette = lazy(() => import('./palette.tsx').then(({ Palette }) => Palette))
const Shortcuts = lazy(() => import('./shortcuts.tsx').then(({ Shortcuts }) => Shortcuts))

type Floating = 'palette' | 'shortcuts' | undefined

export function Frame() {
  const { route, path } = useLocation()
  const [floating, setFloating] = useState<Floating>()
  const [error, setError] = useState<Error>()
  useEffect(followChanges, [])
  useEffect(() => addCommands(commandsOf({ route, float: setFloating })), [route])
  useEffect(() => {
    const screen = screenAt(path)
    document.title = screen ? `${screen.name} · Interphone` : 'Interphone'
  }, [path])
  const close = () => setFloating(undefined)
  return (
    <div class="frame">
      <Rail onPalette={() => setFloating('palette')} />
      <main class="main">
        {error && <Failure error={error} onAgain={() => location.reload()} />}
        <ErrorBoundary onError={setError}>
          <Router onRouteChange={() => setError(undefined)}>
            {ROUTES.map(({ path, component }) => (
              <Route key={path} path={path} component={component} />
            ))}
            <Route default component={Home} />
          </Router>
        </ErrorBoundary>
      </main>
      <ErrorBoundary>
        {floating === 'palette' && <Palette onClose={close} />}
        {floating === 'shortcuts' && <Shortcuts onClose={close} />}
      </ErrorBoundary>
      <Toasts />
    </div>
  )
}

/** A session of a limited token may not read the stream. */
function followChanges() {
  const { scopes } = session.value!
  if (!scopes || scopes.includes('read_conversations')) return openStream()
  stream_state.value = 'off'
  return undefined
}

/** Leads to the first screen. */
function Home() {
  const { route } = useLocation()
  useEffect(() => route(SCREENS[0]!.path, true), [route])
  return null
}
