// A screen of the Console: a list with search, filters and live rows, and beside it what is chosen. The address has it all, so
// that a colleague who opens the link sees the same.
import { ArrowLeft, Pause, Play, Search } from 'lucide-preact'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useLocation, useRoute } from 'preact-iso'
import { Button } from '../../../parts/button.tsx'
import { addCommands } from '../../../shared/keys.ts'
import { stream_state } from '../../../shared/stream.ts'
import { RowList } from './row-list.tsx'
import { type Rows, type Source, useRows } from './rows.ts'

export type Filter = { name: string; label: string; values: readonly string[] }

export type Listing<Row> = {
  title: string
  /** `/console/messages`. */
  path: string
  source(asked: Record<string, string>): Omit<Source<Row>, 'idOf'>
  idOf(row: Row): string
  /** Absent: there is no search. */
  search?: { placeholder: string }
  filters?: readonly Filter[]
  /** The names of other parameters of the address that leave rows out. */
  also_filters?: readonly string[]
  /** The columns of a row, as `grid-template-columns`. */
  columns: string
  /** Those of a list that is less than 600 pixels wide, where cells of the class `wide-only` are left out. */
  narrow_columns?: string
  /** Its cells. Screen readers read them as they are, so a mark has a word, seen or unseen. */
  row(row: Row): ComponentChildren
  /** If nothing was ever there. */
  empty(): ComponentChildren
  detail(id: string): ComponentChildren
  /** Beside the filters. */
  actions?(rows: Rows<Row>): ComponentChildren
  row_height?: number
}

/** While J is held, the details of rows passed over are not fetched. */
const SETTLED_MS = 80

export function ListingScreen<Row>(listing: Listing<Row>) {
  const { title, path, search, filters = [], also_filters = [], idOf } = listing
  const { query, route } = useLocation()
  const id = idIn(useRoute().params['id'])
  const rows = useRows({ ...listing.source(query), idOf })
  const shown = useSettled(id)
  const field = useRef<HTMLInputElement>(null)
  const is_filtered = ['q', ...filters.map(({ name }) => name), ...also_filters].some((name) => query[name])

  const go = (to: { id?: string | undefined; query?: Record<string, string> }, replaces = true) => {
    const text = new URLSearchParams(to.query ?? query).toString()
    route(`${path}${to.id ? `/${encodeURIComponent(to.id)}` : ''}${text && `?${text}`}`, replaces)
  }
  const ask = (name: string, value: string) => {
    const { [name]: _, ...others } = query
    go({ id, query: value ? { ...others, [name]: value } : others })
  }
  const step = (by: number) => {
    const at = rows.rows.findIndex((row) => idOf(row) === id)
    const next = rows.rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.rows.length - 1)]
    if (next) go({ id: idOf(next) })
  }
  const acts = useRef({ step, close: () => go({}) })
  acts.current = { step, close: () => go({}) }
  useEffect(
    () =>
      addCommands([
        { name: 'Next row', keys: 'j, ArrowDown', group: 'Lists', is_only_key: true, run: () => acts.current.step(1) },
        { name: 'Row before', keys: 'k, ArrowUp', group: 'Lists', is_only_key: true, run: () => acts.current.step(-1) },
        { name: 'Search this list', keys: '/', group: 'Lists', run: () => field.current?.focus() },
        { name: 'Close', keys: 'Escape', group: 'Lists', is_only_key: true, run: leave },
      ]),
    [],
  )
  function leave(event?: Event) {
    const target = event?.target as HTMLElement | undefined
    if (target?.closest('dialog')) return
    if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) target.blur()
    else acts.current.close()
  }

  return (
    <section class={`listing${id ? ' has-detail' : ''}`} aria-label={title}>
      <header class="listing-header">
        <h1>{title}</h1>
        {search && (
          <label class="search">
            <Search />
            <span class="unseen">{search.placeholder}</span>
            <input
              ref={field}
              type="search"
              placeholder={search.placeholder}
              value={query['q'] ?? ''}
              onInput={({ currentTarget }) => ask('q', currentTarget.value)}
            />
          </label>
        )}
        {filters.map(({ name, label, values }) => (
          <select
            key={name}
            class={`chip${query[name] ? ' is-set' : ''}`}
            aria-label={label}
            value={query[name] ?? ''}
            onChange={({ currentTarget }) => ask(name, currentTarget.value)}
          >
            <option value="">{label}</option>
            {values.map((value) => (
              <option key={value}>{value}</option>
            ))}
          </select>
        ))}
        <span class="listing-actions">
          {listing.actions?.(rows)}
          <Live rows={rows} />
        </span>
      </header>
      <RowList {...{ listing, rows, id, is_filtered }} onChoose={(id) => go({ id }, false)} />
      {id && (
        <aside class="detail" aria-label="Detail">
          <Button kind="quiet" is_small class="detail-back" onClick={() => go({})}>
            <ArrowLeft /> Back
          </Button>
          {shown === id && <div key={shown}>{listing.detail(shown)}</div>}
        </aside>
      )}
    </section>
  )
}

/** Returns what the address has if it can be an id. Others, such as `../tags`, would lead calls to other operations. */
const idIn = (text: string | undefined): string | undefined => (text && /^[\w-]+$/.test(text) ? text : undefined)

/** Whether rows come by themselves, and a switch to hold them still. */
function Live<Row>({ rows }: { rows: Rows<Row> }) {
  const { is_paused, waiting, setPaused } = rows
  const is_live = stream_state.value === 'live'
  return (
    <button
      type="button"
      class={`live${is_live && !is_paused ? ' is-live' : ''}`}
      title={is_paused ? 'Show new rows as they come' : 'Hold the list still'}
      onClick={() => setPaused(!is_paused)}
    >
      {is_paused ? <Play size={12} /> : is_live ? <span class="live-dot" /> : <Pause size={12} />}
      {is_paused ? `Paused${waiting ? `, ${waiting} new` : ''}` : is_live ? 'Live' : LABELS[stream_state.value]}
    </button>
  )
}

const LABELS = { connecting: 'Connecting…', reconnecting: 'Reconnecting…', live: 'Live', off: 'Not live' }

/** Returns the value after it has been the same for a moment; the first one at once. */
function useSettled(value: string | undefined): string | undefined {
  const [settled, settle] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => settle(value), SETTLED_MS)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}
