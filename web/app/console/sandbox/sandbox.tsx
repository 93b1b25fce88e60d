// What a test sets in its sandbox: faults, the clock, lags; and the recipients with a fixed result.
import { Clock } from './clock.tsx'
import { Faults } from './faults.tsx'
import { Lags } from './lags.tsx'
import { Recipients } from './recipients.tsx'
import { Reset } from './reset.tsx'

export default function Sandbox() {
  return (
    <div class="page">
      <h1>Sandbox</h1>
      <Faults />
      <Clock />
      <Lags />
      <Recipients />
      <Reset />
    </div>
  )
}
