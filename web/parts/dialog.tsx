// A dialog of the browser's own: it keeps the focus inside, and gives it back to what opened it.
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

type Props = { title: string; onClose(): void; class?: string; is_titled?: boolean; children: ComponentChildren }

/** Is open for as long as it is rendered. Escape and a click beside it close it. */
export function Dialog({ title, onClose, class: name = '', is_titled = true, children }: Props) {
  const element = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    element.current?.showModal()
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it, by the browser's own `cancel`
    <dialog
      ref={element}
      class={`dialog ${name}`}
      aria-label={title}
      onClose={onClose}
      onClick={({ target }) => target === element.current && element.current?.close()}
    >
      <div class="dialog-body">
        {is_titled && <h2>{title}</h2>}
        {children}
      </div>
    </dialog>
  )
}

/** Closes the dialog that an element is in. */
export const closeDialogOf = (element: EventTarget | null): void =>
  (element as HTMLElement | null)?.closest('dialog')?.close()
