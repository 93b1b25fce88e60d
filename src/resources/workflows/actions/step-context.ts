// What a step gets to act on, and what follows it.
import type { ConversationRow } from '#resources/conversations/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type StepContext = {
  workspace: Workspace
  workflow: { id: string; title: string }
  run_id: string
  /** Locked. */
  conversation: ConversationRow
  at: Date
}

export type WaitsFor = 'reply' | 'quick_reply' | 'attribute' | 'time' | 'connector'

/** `seconds` null: for ever. `memory`: what the step must know when it goes on. */
export type Wait = { waits_for: WaitsFor; seconds: number | null; memory?: object }

/** What follows a step: a wait, or the first step of one of its blocks; without a name the step after it. */
export type Next = Wait | { block?: string }

export const GO_ON: Next = {}
export const OTHERWISE: Next = { block: 'otherwise' }

export const isWait = (next: Next): next is Wait => 'waits_for' in next
