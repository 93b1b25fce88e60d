// A labelled field of a form: a line, several lines, or a choice.
import type { JSX } from 'preact'

type Labelled = { label: string; hint?: string; error?: string | undefined }

export const Field = ({ label, hint, error, ...rest }: Labelled & JSX.InputHTMLAttributes<HTMLInputElement>) => (
  <label class="field">
    <span>{label}</span>
    <input {...rest} aria-invalid={error ? true : undefined} />
    {(error ?? hint) && <small class={error ? 'wrong' : 'quiet'}>{error ?? hint}</small>}
  </label>
)

export const LongField = ({
  label,
  hint,
  error,
  ...rest
}: Labelled & JSX.TextareaHTMLAttributes<HTMLTextAreaElement>) => (
  <label class="field">
    <span>{label}</span>
    <textarea {...rest} aria-invalid={error ? true : undefined} />
    {(error ?? hint) && <small class={error ? 'wrong' : 'quiet'}>{error ?? hint}</small>}
  </label>
)

type Option = string | { value: string; text: string }

export const Choice = ({
  label,
  options,
  defaultValue,
  ...rest
}: { label: string; options: readonly Option[] } & JSX.SelectHTMLAttributes<HTMLSelectElement>) => (
  <label class="field">
    <span>{label}</span>
    <select {...rest}>
      {options.map((option) => {
        const { value, text } = typeof option === 'string' ? { value: option, text: option } : option
        return (
          <option key={value} value={value} selected={defaultValue === value || undefined}>
            {text}
          </option>
        )
      })}
    </select>
  </label>
)
