// The keys of the app, in one table: it binds them, and the help shows it.
import { signal } from '@preact/signals'
import { tinykeys } from 'tinykeys'

export type Command = {
  /** In the words of a button: `Go to messages`. */
  name: string
  /** As tinykeys has them: `g m`, `$mod+k`. Absent: only in the palette. */
  keys?: string
  /** The heading that the help shows it under. */
  group: 'Go to' | 'Lists' | 'This screen' | 'Everywhere'
  /** Left out of the palette, as it makes no sense there. */
  is_only_key?: boolean
  run(event?: Event): void
}

/** All commands that can run now: those of the frame, then those of the screen. */
export const commands = signal<Command[]>([])

/** Whether keys without Ctrl or ⌘ act. WCAG 2.1.4 wants that they can be switched off. */
export const has_letters = signal(localStorage.getItem('letter-keys') !== 'off')

export function setLetters(is_on: boolean): void {
  has_letters.value = is_on
  localStorage.setItem('letter-keys', is_on ? 'on' : 'off')
}

/** Adds commands and binds their keys. Returns a function that removes them. */
export function addCommands(added: Command[]): () => void {
  commands.value = [...commands.value, ...added]
  const bindings: Record<string, (event: KeyboardEvent) => void> = {}
  for (const command of added) {
    for (const keys of command.keys?.split(', ') ?? []) bindings[keys] = (event) => press(event, command, keys)
  }
  const unbind = tinykeys(window, bindings)
  return () => {
    unbind()
    commands.value = commands.value.filter((command) => !added.includes(command))
  }
}

function press(event: KeyboardEvent, command: Command, keys: string): void {
  const is_letter = !keys.includes('$mod') && keys !== 'Escape'
  if (is_letter && (!has_letters.value || isTyping(event) || hasModifier(event))) return
  event.preventDefault()
  command.run(event)
}

const hasModifier = ({ ctrlKey, metaKey, altKey }: KeyboardEvent): boolean => ctrlKey || metaKey || altKey

function isTyping({ target }: KeyboardEvent): boolean {
  const element = target as HTMLElement
  if (element.closest?.('dialog[open]')) return true
  return /^(input|textarea|select)$/i.test(element.tagName) || element.isContentEditable
}

const IS_APPLE = /Mac|iPhone|iPad/.test(navigator.userAgent)
const SHOWN: Record<string, string> = {
  $mod: IS_APPLE ? '⌘' : 'Ctrl',
  ArrowDown: '↓',
  ArrowUp: '↑',
  Escape: 'Esc',
  Enter: '↵',
  Slash: '/',
}

/** `g m` → `[['G'], ['M']]`; `$mod+k` → `[['Ctrl', 'K']]`; only the first of several ways. */
export const shownKeys = (keys: string): string[][] =>
  (keys.split(', ')[0] ?? '').split(' ').map((press) => press.split('+').map(shownKey))

const shownKey = (key: string): string => SHOWN[key] ?? (key.length === 1 ? key.toUpperCase() : key)
