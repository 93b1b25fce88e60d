// Every command by its name. Written by hand, as a list that is always open needs no positions: Zag's combobox takes 25 kB.
import { useId, useState } from 'preact/hooks'
import { closeDialogOf, Dialog } from '../../parts/dialog.tsx'
import { type Command, commands, shownKeys } from '../../shared/keys.ts'

export function Palette({ onClose }: { onClose(): void }) {
  const id = useId()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const found = matching(commands.value, text)
  const chosen = found[Math.min(at, found.length - 1)]
  const run = (command: Command | undefined, target: EventTarget | null) => {
    closeDialogOf(target)
    command?.run()
  }
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) setAt((at + step + found.length) % found.length)
    else if (event.key === 'Enter') run(chosen, event.target)
    else return
    event.preventDefault()
  }
  return (
    <Dialog title="Search commands" class="palette" is_titled={false} onClose={onClose}>
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={chosen && `${id}-${found.indexOf(chosen)}`}
        aria-label="Search commands"
        placeholder="Search commands"
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value)
          setAt(0)
        }}
        onKeyDown={press}
      />
      <div id={id} role="listbox" aria-label="Commands">
        {found.map((command, n) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
          // biome-ignore lint/a11y/useFocusableInteractive: the field has the focus
          <div
            key={command.name}
            id={`${id}-${n}`}
            role="option"
            aria-selected={command === chosen}
            ref={command === chosen ? intoView : null}
            onClick={({ target }) => run(command, target)}
          >
            <span>{command.name}</span>
            {command.keys && <Keys keys={command.keys} />}
          </div>
        ))}
        {!found.length && <p class="quiet">No command has these words.</p>}
      </div>
    </Dialog>
  )
}

const intoView = (element: HTMLElement | null) => element?.scrollIntoView({ block: 'nearest' })

/** Each word must begin a word of the name. */
function matching(all: Command[], text: string): Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return all.filter(({ name, group, is_only_key }) => {
    const starts = `${group} ${name}`.toLowerCase().split(/[\s:]+/)
    return !is_only_key && words.every((word) => starts.some((start) => start.startsWith(word)))
  })
}

export const Keys = ({ keys }: { keys: string }) => (
  <span class="keys">
    {shownKeys(keys).map((press, n) => (
      <span key={n}>
        {press.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </span>
    ))}
  </span>
)
