// The recipients that give a captured message a fixed result.
import { Copy } from '../../../parts/copy.tsx'

const RECIPIENTS: [email: string, phone: string, result: string][] = [
  ['anna+delivered@example.com', '+12015550141', 'delivered'],
  ['anna+sent@example.com', '+12015550140', 'sent, and nothing more'],
  ['anna+read@example.com', '+12015550142', 'read'],
  ['anna+bounced@example.com', '+12015550151', 'failed at once: there is no such address'],
  ['anna+bounced-later@example.com', '+12015550150', 'sent, then failed'],
  ['anna+rejected@example.com', '+12015550152', 'failed at once: refused'],
  ['anna+deferred-once@example.com', '+12015550161', 'delivered by the second attempt'],
  ['anna+deferred@example.com', '+12015550160', 'tried again for a day, then failed'],
  ['anna+spam@example.com', '', 'delivered, then reported as spam'],
  ['anna+unsubscribed@example.com', '', 'delivered, then unsubscribed'],
]

export const Recipients = () => (
  <section class="card">
    <h2>Recipients with a fixed result</h2>
    <table class="table">
      <thead>
        <tr>
          <th scope="col">Email</th>
          <th scope="col">SMS or WhatsApp</th>
          <th scope="col">Result</th>
        </tr>
      </thead>
      <tbody>
        {RECIPIENTS.map(([email, phone, result]) => (
          <tr key={email}>
            <td>
              <code>{email}</code>
              <Copy text={email} label={`Copy ${email}`} />
            </td>
            <td>
              {phone && (
                <>
                  <code>{phone}</code>
                  <Copy text={phone} label={`Copy ${phone}`} />
                </>
              )}
            </td>
            <td>{result}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
)
