// The HTML of a mail, in a frame that runs no scripts and asks no other server for anything until the reader wants it.
import { useState } from 'preact/hooks'
import { Button } from '../../../parts/button.tsx'

const WIDTHS = [
  { name: 'Phone', width: '375px' },
  { name: 'Tablet', width: '768px' },
  { name: 'Full', width: '100%' },
]

export function Mail({ id, has_images }: { id: string; has_images: boolean }) {
  const [width, setWidth] = useState('100%')
  const [shows_images, setImages] = useState(false)
  return (
    <div class="mail">
      <div class="mail-tools">
        <span class="segments">
          {WIDTHS.map((choice) => (
            <button
              type="button"
              key={choice.name}
              aria-pressed={width === choice.width}
              onClick={() => setWidth(choice.width)}
            >
              {choice.name}
            </button>
          ))}
        </span>
        {has_images && !shows_images && (
          <Button is_small onClick={() => setImages(true)}>
            Show images
          </Button>
        )}
      </div>
      <iframe
        class="mail-frame"
        title="Preview of the message"
        sandbox="allow-popups allow-popups-to-escape-sandbox"
        src={`/extensions/sandbox/messages/${id}/html${shows_images ? '?images=1' : ''}`}
        style={{ width }}
      />
    </div>
  )
}
