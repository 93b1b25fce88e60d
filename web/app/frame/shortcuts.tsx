// The keys that work now, from the table that binds them.
import { Dialog } from '../../parts/dialog.tsx'
import { commands, has_letters, setLetters } from '../../shared/keys.ts'
import { Keys } from './palette.tsx'

export function Shortcuts({ onClose }: { onClose(): void }) {
  const groups = Map.groupBy(
    commands.value.filter(({ keys }) => keys),
    ({ group }) => group,
  )
  return (
    <Dialog title="Keyboard shortcuts" class="shortcuts" onClose={onClose}>
      {[...groups].map(([group, list]) => (
        <section key={group}>
          <h3>{group}</h3>
          <ul>
            {list.map(({ name, keys = '' }) => (
              <li key={name}>
                <span>{name}</span>
                <Keys keys={keys} />
              </li>
            ))}
          </ul>
        </section>
      ))}
      <LetterKeys />
    </Dialog>
  )
}

/** Switches off the keys that could be typed by accident. */
export const LetterKeys = () => (
  <label class="check">
    <input
      type="checkbox"
      checked={has_letters.value}
      onChange={({ currentTarget }) => setLetters(currentTarget.checked)}
    />
    Shortcuts without Ctrl or ⌘
  </label>
)
