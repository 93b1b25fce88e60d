// Tells this process's worker that a broadcast waits; other processes look every second.
import { EventEmitter } from 'node:events'

const bell = new EventEmitter()

export const wakeBroadcasts = (): void => void bell.emit('work')

/** Calls `listener` whenever there is something to do; returns what ends that. */
export function onBroadcasts(listener: () => void): () => void {
  bell.on('work', listener)
  return () => void bell.off('work', listener)
}
