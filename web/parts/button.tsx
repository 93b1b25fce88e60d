// A button, or a link that looks like one.
import type { ComponentChildren, JSX } from 'preact'

type Kind = 'primary' | 'plain' | 'quiet' | 'danger'
type Props = { kind?: Kind; is_small?: boolean; is_busy?: boolean; children: ComponentChildren }

const classOf = ({ kind = 'plain', is_small }: Pick<Props, 'kind' | 'is_small'>, name: unknown) =>
  ['button', kind, is_small && 'small', name].filter(Boolean).join(' ')

export const Button = ({
  kind,
  is_small,
  is_busy,
  children,
  ...rest
}: Props & Omit<JSX.ButtonHTMLAttributes<HTMLButtonElement>, 'children'>) => (
  <button type="button" {...rest} class={classOf({ kind, is_small }, rest.class)} disabled={is_busy || rest.disabled}>
    {children}
  </button>
)

export const ButtonLink = ({
  kind,
  is_small,
  children,
  ...rest
}: Omit<Props, 'is_busy'> & Omit<JSX.AnchorHTMLAttributes<HTMLAnchorElement>, 'children'>) => (
  <a {...rest} class={classOf({ kind, is_small }, rest.class)}>
    {children}
  </a>
)
