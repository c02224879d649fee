/** What leaves an agent at all, and what is taken out of it before: set at each agent. */

import { Copy } from '../parts/copy.tsx'

const MORE = 'npx peerwork up --trace-content <id of this observer> --trace-rules ./rules.txt'
const TOLD = 'npx peerwork up --trace-content <id of this observer>'

export function Redaction() {
  return (
    <section class="panel" aria-label="Redaction">
      <h2>Contents stay with the agent, unless it tells them</h2>
      <p>
        Traces are metadata: names, times, sizes, costs, errors. What went into the work and what
        came out is told only by agents that were started with
      </p>
      <Copy text={TOLD} what="the command line" />
      <h3>Before it is sealed</h3>
      <p>
        The agent redacts what it tells, then encrypts it to the observers that it named. What was
        redacted is nowhere: not in the trace, not in a share, not here. It is set at each agent,
        and cannot be set or undone from this page.
      </p>
      <ul>
        <li>
          fields that are called like secrets: password, token, authorization, cookie, API key …
        </li>
        <li>
          texts that look like keys, tokens, private keys, or addresses with a password in them
        </li>
        <li>e-mail addresses, and numbers of payment cards</li>
        <li>long runs of letters and digits that no word is made of</li>
        <li>
          whatever the agent’s operator adds: a file of regular expressions, one a line
          <Copy text={MORE} what="the command line with own rules" />
        </li>
      </ul>
      <h3>Afterwards</h3>
      <p>
        An agent makes its contents unreadable for everybody with{' '}
        <code>npx peerwork forget &lt;trace&gt;</code>. What this observer alone has read is dropped
        with <code>DELETE /api/v1/traces/&lt;trace&gt;/contents</code>, which takes the scope admin.
      </p>
      <p class="muted">
        What programs send with a key (OpenTelemetry, NDJSON) is kept as it comes: redact it where
        it is sent. Shares have their own profile of what they leave out.
      </p>
    </section>
  )
}
