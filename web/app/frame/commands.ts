// The commands that work on every screen.
import { toast } from '../../parts/toast.tsx'
import type { Command } from '../../shared/keys.ts'
import { signOut } from '../../shared/session.ts'
import { ALL_SCREENS } from '../screens.ts'
import { chooseTheme, THEMES } from './theme.ts'

type Frame = { route(path: string): void; float(what: 'palette' | 'shortcuts'): void }

export const commandsOf = ({ route, float }: Frame): Command[] => [
  ...ALL_SCREENS.map(
    ({ name, path, key }): Command => ({ name, keys: `g ${key}`, group: 'Go to', run: () => route(path) }),
  ),
  { name: 'API reference', group: 'Go to', run: () => location.assign('/docs') },
  {
    ...{ name: 'Search commands', keys: '$mod+k', group: 'Everywhere' as const, is_only_key: true },
    run: () => float('palette'),
  },
  { name: 'Keyboard shortcuts', keys: 'Shift+?', group: 'Everywhere', run: () => float('shortcuts') },
  { name: 'Copy the link to this page', keys: 'y', group: 'Everywhere', run: copyLink },
  ...THEMES.map((theme): Command => ({ name: `Theme: ${theme}`, group: 'Everywhere', run: () => chooseTheme(theme) })),
  { name: 'Sign out', group: 'Everywhere', run: () => void signOut().catch((error) => toast(error.message, 'bad')) },
]

async function copyLink(): Promise<void> {
  await navigator.clipboard?.writeText(location.href)
  toast('Link copied.')
}
