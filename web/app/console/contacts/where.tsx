// The conditions of a search, as chips, and a form for another.
import { X } from 'lucide-preact'
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { Button } from '../../../parts/button.tsx'
import { closeDialogOf, Dialog } from '../../../parts/dialog.tsx'
import { Choice, Field } from '../../../parts/field.tsx'
import { OPERATORS, readWhere, writeWhere } from './search.ts'

export function Where() {
  const { query, path, route } = useLocation()
  const [is_open, setOpen] = useState(false)
  const conditions = readWhere(query['where'])
  const go = (next: typeof conditions) => {
    const { where: _, ...others } = query
    const text = new URLSearchParams(next.length ? { ...others, where: writeWhere(next) } : others).toString()
    route(path + (text && `?${text}`), true)
  }
  const add = (event: JSX.TargetedEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string) => String(form.get(name)).trim()
    go([...conditions, { field: text('field'), operator: text('operator'), value: text('value') }])
    closeDialogOf(event.currentTarget)
  }
  return (
    <>
      {conditions.map((condition) => (
        <button
          type="button"
          key={writeWhere([condition])}
          class="chip is-set"
          title="Remove this condition"
          onClick={() => go(conditions.filter((other) => other !== condition))}
        >
          {writeWhere([condition])} <X size={12} />
        </button>
      ))}
      <Button is_small kind="quiet" onClick={() => setOpen(true)}>
        Add a condition
      </Button>
      {is_open && (
        <Dialog title="Add a condition" onClose={() => setOpen(false)}>
          <form class="form" onSubmit={add}>
            <Field label="Field" name="field" required pattern="[\w.]+" placeholder="custom_attributes.plan" />
            <Choice label="Operator" name="operator" options={OPERATORS} />
            <Field
              label="Value"
              name="value"
              pattern="[^;]*"
              hint="null, true, a number or a text; for IN several, with commas"
            />
            <div class="actions">
              <Button kind="primary" type="submit">
                Add
              </Button>
            </div>
          </form>
        </Dialog>
      )}
    </>
  )
}
