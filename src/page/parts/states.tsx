/** What stands where there is nothing yet: loading, refused, empty. Nothing moves after it. */
import { useEffect, useState } from 'preact/hooks'
import { plural } from '../model/time.ts'
import { services } from '../state/records.ts'

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
  const seen = services.value.length
  const host = location.hostname
  return (
    <div class="panel padded empty">
      <p class="lead">
        <strong>No release yet.</strong>{' '}
        {seen === 0 ? 'Culprit sees no telemetry.' : `Culprit sees ${plural(seen, 'service')}.`}
      </p>
      {seen === 0 ? (
        <p>
          Send OTLP over HTTP to <code>http://{host}:4318</code>, or where the setting
          ingest.otlpListen says.
        </p>
      ) : (
        <p>
          Tell it of one: <code>culprit deployed --service NAME --version VERSION</code>
        </p>
      )}
    </div>
  )
}
