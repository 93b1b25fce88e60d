// TanStack Virtual for Preact: which rows of a long list are drawn.
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions,
} from '@tanstack/virtual-core'
import { useLayoutEffect, useReducer, useState } from 'preact/hooks'

type Options = Pick<
  VirtualizerOptions<HTMLElement, HTMLElement>,
  'count' | 'estimateSize' | 'getScrollElement' | 'getItemKey'
>

export function useVirtual(options: Options): Virtualizer<HTMLElement, HTMLElement> {
  const [, draw] = useReducer((n: number, _: undefined) => n + 1, 0)
  const all: VirtualizerOptions<HTMLElement, HTMLElement> = {
    ...{ observeElementRect, observeElementOffset, scrollToFn: elementScroll, overscan: 8 },
    ...options,
    onChange: () => draw(undefined),
  }
  const [virtual] = useState(() => new Virtualizer(all))
  virtual.setOptions(all)
  useLayoutEffect(() => virtual._didMount(), [virtual])
  useLayoutEffect(() => virtual._willUpdate())
  return virtual
}
