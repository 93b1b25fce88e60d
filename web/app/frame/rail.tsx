// The rail: links to the screens, and the name of the teammate. On a phone it is a bar at the bottom.
import { BookOpen, Search } from 'lucide-preact'
import { useLocation } from 'preact-iso'
import { Face } from '../../parts/face.tsx'
import { session } from '../../shared/session.ts'
import { SCREENS, SETTINGS } from '../screens.ts'

export function Rail({ onPalette }: { onPalette(): void }) {
  const { path } = useLocation()
  const { admin, workspace } = session.value!
  return (
    <nav class="rail" aria-label="Screens">
      <a class="rail-name" href="/console" title={workspace.name}>
        <Mark />
        <span class="ellipsis">{workspace.name}</span>
      </a>
      <button type="button" class="rail-link" title="Commands (Ctrl K, ⌘ K)" onClick={onPalette}>
        <Search />
        <span>Commands</span>
      </button>
      <ul>
        {SCREENS.map(({ name, path: to, icon: Icon }) => (
          <li key={to}>
            <a class="rail-link" href={to} title={name} aria-current={path.startsWith(to) ? 'page' : undefined}>
              <Icon />
              <span>{name}</span>
            </a>
          </li>
        ))}
      </ul>
      <a class="rail-link rail-docs" href="/docs" title="API reference">
        <BookOpen />
        <span>API reference</span>
      </a>
      <a
        class="rail-person"
        href={SETTINGS.path}
        title={`Settings, ${admin.email}`}
        aria-current={path.startsWith(SETTINGS.path) ? 'page' : undefined}
      >
        <Face name={admin.name || admin.email} />
        <span class="ellipsis">{admin.name || admin.email}</span>
      </a>
    </nav>
  )
}

/** Three bars of different height, as of a voice. */
const Mark = () => (
  <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
    <rect width="20" height="20" rx="6" fill="var(--accent)" />
    <path d="M6 6v8M10 4.5v11M14 7.5v5" stroke="var(--on-accent)" stroke-width="2" stroke-linecap="round" />
  </svg>
)
