// Tabs. The keyboard and ARIA are Zag's.
import { normalizeProps, useMachine } from '@zag-js/preact'
import * as tabs from '@zag-js/tabs'
import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

export type Tab = { value: string; label: ComponentChildren; content(): ComponentChildren }

/** Only the content of the open tab is rendered. */
export function Tabs({ label, list, open }: { label: string; list: Tab[]; open?: string }) {
  const service = useMachine(tabs.machine, {
    id: useId(),
    defaultValue: open ?? list[0]?.value ?? null,
    translations: { listLabel: label },
  })
  const api = tabs.connect(service, normalizeProps)
  const shown = list.find(({ value }) => value === api.value) ?? list[0]
  return (
    <div {...api.getRootProps()} class="tabs">
      <div {...api.getListProps()} class="tab-list">
        {list.map(({ value, label }) => (
          <button type="button" key={value} {...api.getTriggerProps({ value })} class="tab">
            {label}
          </button>
        ))}
      </div>
      {shown && (
        <div key={shown.value} {...api.getContentProps({ value: shown.value })} class="tab-content">
          {shown.content()}
        </div>
      )}
    </div>
  )
}
