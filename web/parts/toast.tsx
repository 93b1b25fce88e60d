// Short messages about what was done, in one live region. Zag's toasts (9 kB) stack, swipe and count; here one line is enough.
import { signal } from '@preact/signals'
import { X } from 'lucide-preact'

type Toast = { text: string; tone: 'plain' | 'bad'; action?: { label: string; run(): void } | undefined }

const shown = signal<Toast | undefined>(undefined)
const SHOWN_MS = 8_000
let timer: ReturnType<typeof setTimeout> | undefined

/** Replaces the message that is shown. An error stays until it is closed. */
export function toast(text: string, tone: Toast['tone'] = 'plain', action?: Toast['action']): void {
  shown.value = { text, tone, action }
  clearTimeout(timer)
  if (tone === 'plain') timer = setTimeout(close, SHOWN_MS)
}

const close = () => {
  shown.value = undefined
}

/** Rendered once, by the frame. */
export function Toasts() {
  const { value } = shown
  return (
    <div class="toasts" role="status" aria-live="polite">
      {value && (
        <div class={`toast ${value.tone}`}>
          <span>{value.text}</span>
          {value.action && (
            <button
              type="button"
              class="toast-action"
              onClick={() => {
                value.action?.run()
                close()
              }}
            >
              {value.action.label}
            </button>
          )}
          <button type="button" class="toast-close" aria-label="Close" onClick={close}>
            <X size={16} />
          </button>
        </div>
      )}
    </div>
  )
}
