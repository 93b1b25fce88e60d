// The rows that are in view, as a listbox.
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { Empty, Failure, Loading } from '../../../parts/empty.tsx'
import type { Listing } from './listing.tsx'
import type { Rows } from './rows.ts'
import { useVirtual } from './virtual.ts'

const ROW_HEIGHT = matchMedia('(pointer: coarse)').matches ? 44 : 36
/** The next page is fetched when so few rows are left below. */
const AHEAD = 30

type Props<Row> = {
  listing: Listing<Row>
  rows: Rows<Row>
  id: string | undefined
  is_filtered: boolean
  onChoose(id: string): void
}

export function RowList<Row>({ listing, rows, id, is_filtered, onChoose }: Props<Row>) {
  const { idOf, row_height = ROW_HEIGHT } = listing
  const list_id = useId()
  const element = useRef<HTMLDivElement>(null)
  const virtual = useVirtual({
    count: rows.rows.length,
    estimateSize: () => row_height,
    getScrollElement: () => element.current,
    // A row keeps its place in the page when others come above it.
    getItemKey: (index) => idOf(rows.rows[index]!),
  })
  const at = id === undefined ? -1 : rows.rows.findIndex((row) => idOf(row) === id)
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' })
  }, [id, at >= 0])
  const visible = virtual.getVirtualItems()
  const last = visible.at(-1)?.index ?? 0
  useEffect(() => {
    if (rows.rows.length && last > rows.rows.length - AHEAD) rows.more()
  }, [last, rows.rows.length])

  return (
    <div class="list-pane">
      {rows.error && <Failure error={rows.error} onAgain={rows.again} />}
      {rows.is_loading && <Loading rows={12} />}
      {!rows.is_loading && !rows.error && !rows.rows.length && <Nothing {...{ listing, is_filtered }} />}
      <div
        ref={element}
        class="list"
        hidden={!rows.rows.length}
        role="listbox"
        tabIndex={0}
        aria-label={listing.title}
        aria-activedescendant={at >= 0 ? `${list_id}-${at}` : undefined}
        style={{
          '--columns': listing.columns,
          '--narrow': listing.narrow_columns ?? listing.columns,
          '--height': `${row_height}px`,
        }}
      >
        <div class="list-space" role="presentation" style={{ height: `${virtual.getTotalSize()}px` }}>
          {visible.map(({ index, key, start }) => {
            const row = rows.rows[index]!
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys
              // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus
              <div
                key={key}
                id={`${list_id}-${index}`}
                class={`row${rows.isFresh(row) ? ' is-fresh' : ''}`}
                role="option"
                aria-selected={index === at}
                aria-posinset={index + 1}
                aria-setsize={rows.total ?? -1}
                style={{ transform: `translateY(${start}px)` }}
                onClick={() => onChoose(idOf(row))}
              >
                {listing.row(row)}
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}

const Nothing = <Row,>({ listing, is_filtered }: { listing: Listing<Row>; is_filtered: boolean }): ComponentChildren =>
  is_filtered ? <Empty title="Nothing matches these filters." /> : listing.empty()
