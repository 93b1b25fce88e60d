// Makes one contact, or those of a CSV file.
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { Button } from '../../../parts/button.tsx'
import { closeDialogOf, Dialog } from '../../../parts/dialog.tsx'
import { Choice, Field } from '../../../parts/field.tsx'
import { toast } from '../../../parts/toast.tsx'
import { call } from '../../../shared/call.ts'
import { readCsv } from './csv.ts'

export function NewContact({ onClose }: { onClose(): void }) {
  const [error, setError] = useState<string>()
  const [progress, setProgress] = useState<string>()
  const make = async (event: JSX.TargetedEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const given = [...new FormData(form)].filter(([name, value]) => name !== 'file' && value !== '')
    try {
      await call('POST /contacts', { body: Object.fromEntries(given) })
      closeDialogOf(form)
    } catch (failure) {
      setError((failure as Error).message)
    }
  }
  const read = async (event: JSX.TargetedEvent<HTMLInputElement>) => {
    const [file] = event.currentTarget.files ?? []
    if (!file) return
    const rows = readCsv(await file.text())
    const failed: string[] = []
    for (const [n, row] of rows.entries()) {
      setProgress(`${n + 1} of ${rows.length}`)
      await call('POST /contacts', { body: row }).catch((failure: Error) =>
        failed.push(`Line ${n + 2}: ${failure.message}`),
      )
    }
    setProgress(undefined)
    if (failed.length) setError(failed.slice(0, 5).join(' '))
    toast(`${rows.length - failed.length} of ${rows.length} contacts were made.`, failed.length ? 'bad' : 'plain')
  }
  return (
    <Dialog title="New contact" onClose={onClose}>
      <form class="form" onSubmit={make}>
        <Field label="Email" name="email" type="email" />
        <Field label="Name" name="name" />
        <Field label="Phone" name="phone" placeholder="+12015550123" />
        <Field label="External id" name="external_id" />
        <Choice label="Role" name="role" options={['user', 'lead']} />
        {error && (
          <p class="wrong" role="alert">
            {error}
          </p>
        )}
        <Field
          label="Or import a CSV file"
          name="file"
          type="file"
          accept=".csv,text/csv"
          onChange={read}
          hint={progress ?? 'Its first line names the fields'}
        />
        <div class="actions">
          <Button kind="primary" type="submit">
            Make
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
