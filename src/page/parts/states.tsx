/** What stands where there is nothing yet: loading, refused, empty. Nothing moves after it. */
import { useEffect, useState } from 'preact/hooks'
import { plural } from '../model/time.ts'
import { otlp, servicesHere } from '../state/records.ts'

const showAfterMs = 200

export function LoadingBars() {
  const [shown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), showAfterMs)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div class="page" role="status" aria-label="Loading">
      <div class={shown ? 'loading shown' : 'loading'}>
        <i style={{ height: '42px', width: '60%' }} />
        <i style={{ height: '140px' }} />
        <i style={{ height: '380px' }} />
      </div>
    </div>
  )
}

export function Failed({ why }: { why: string }) {
  return (
    <div class="page">
      <h1>{why}</h1>
      <p class="lead">
        <a href="/">Go to the overview</a>
      </p>
    </div>
  )
}

export function EmptyReleases() {
  const seen = servicesHere.value.length
  return (
    <div class="panel padded empty">
      <p class="lead">
        <strong>No release yet.</strong>{' '}
        {seen === 0
          ? 'Nothing has been received yet, so health is not known.'
          : `Culprit sees ${plural(seen, 'service')}.`}
      </p>
      {seen === 0 ? (
        <SendHere />
      ) : (
        <p>
          Tell it of one: <code>culprit deployed --service NAME --version VERSION</code>
        </p>
      )}
    </div>
  )
}

function SendHere() {
  if (typeof otlp.value !== 'string')
    return <p>Send OTLP over HTTP to the process with the role ingest (ingest.otlpListen).</p>
  return (
    <p>
      Send OTLP over HTTP to <code>{otlp.value}</code>: a Collector's otlphttp exporter, or{' '}
      <code>OTEL_EXPORTER_OTLP_ENDPOINT={otlp.value}</code>
    </p>
  )
}
