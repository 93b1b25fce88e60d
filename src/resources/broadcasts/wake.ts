// Tells this process's worker that a broadcast waits; other processes look every second.
import { bell } from '#delivery/bell.ts'

export const { ring: wakeBroadcasts, onRing: onBroadcasts } = bell('interphone_broadcasts')
