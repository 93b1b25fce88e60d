// A dialog of the browser's own: it keeps the focus inside, and gives it back to what opened it.
import { X } from 'lucide-preact'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

type Props = { title: string; onClose(): void; class?: string; is_titled?: boolean; children: ComponentChildren }

/** Is open for as long as it is rendered. Its button, Escape and a click beside it close it; Ctrl or ⌘ with ↵ sends its form. */
export function Dialog({ title, onClose, class: name = '', is_titled = true, children }: Props) {
  const element = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    element.current?.showModal()
  }, [])
  return (
    <dialog
      ref={element}
      class={`dialog ${name}`}
      aria-label={title}
      onClose={onClose}
      onClick={({ target }) => target === element.current && element.current?.close()}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey))
          element.current?.querySelector('form')?.requestSubmit()
      }}
    >
      <div class="dialog-body">
        {is_titled && <h2>{title}</h2>}
        {children}
        {/* After the content, so that a dialog opens with the focus on its first field. */}
        {is_titled && (
          <button type="button" class="dialog-close" aria-label="Close" onClick={() => element.current?.close()}>
            <X size={16} />
          </button>
        )}
      </div>
    </dialog>
  )
}

/** Closes the dialog that an element is in. */
export const closeDialogOf = (element: EventTarget | null): void =>
  (element as HTMLElement | null)?.closest('dialog')?.close()
