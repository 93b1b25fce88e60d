// Puts a text on the clipboard, and says so on the button for a moment.
import { Check, Copy as CopyIcon } from 'lucide-preact'
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { Button } from './button.tsx'
import { toast } from './toast.tsx'

const SHOWN_MS = 1_500

/** Without children, the button has an icon alone, and `label` names it. */
export function Copy({
  text,
  label = 'Copy',
  children,
}: {
  text: string
  label?: string
  children?: ComponentChildren
}) {
  const [is_copied, setCopied] = useState(false)
  const copy = async () => {
    if (!(await copyText(text))) return toast('The browser did not allow the copy.', 'bad')
    setCopied(true)
    setTimeout(() => setCopied(false), SHOWN_MS)
  }
  return (
    <Button kind="quiet" is_small title={label} aria-label={label} onClick={copy}>
      {is_copied ? <Check /> : <CopyIcon />}
      {children}
    </Button>
  )
}

/** A text to paste elsewhere, in a box, with its button. */
export const Snippet = ({ text, label }: { text: string; label?: string }) => (
  <div class="snippet">
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
    <pre tabIndex={0}>{text}</pre>
    <Copy text={text} {...(label && { label })} />
  </div>
)

/** The clipboard exists only on HTTPS and on this machine; elsewhere a hidden field is copied. */
async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard)
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    )
  const field = document.createElement('textarea')
  field.value = text
  document.body.append(field)
  field.select()
  const is_copied = document.execCommand('copy')
  field.remove()
  return is_copied
}
