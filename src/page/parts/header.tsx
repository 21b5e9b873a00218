/** The head of every view: the three views, the environment, how fresh the data is, which zone times are in. */
import { age, clockTime } from '../model/time.ts'
import { isOpen } from '../model/verdict.ts'
import {
  connection,
  dataMs,
  environment,
  environments,
  incidentsHere,
  nowMs,
  stale,
} from '../state/records.ts'
import { hrefOf, setFilter, setZone, view, zone } from '../state/place.ts'

export function Header() {
  const here = view.value.name
  const open = incidentsHere.value.filter(isOpen).length
  return (
    <header class="top">
      <div class="top-inner">
        <a class="brand" href={hrefOf('/')}>
          <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
            <path d="M1 12h6V5h8" fill="none" stroke="currentColor" stroke-width="2.4" />
          </svg>
          <span class="word">Culprit</span>
        </a>
        <nav aria-label="Views">
          <Tab href="/" text="Overview" current={here === 'overview'} />
          <Tab
            href="/releases"
            text="Releases"
            current={here === 'releases' || here === 'release'}
          />
          <Tab
            href="/incidents"
            text="Incidents"
            count={open}
            current={here === 'incidents' || here === 'incident'}
          />
        </nav>
        <Environment />
        <Connected />
        <button
          type="button"
          class="zone"
          aria-label={
            zone.value === 'utc' ? 'Times in UTC, show local times' : 'Local times, show UTC'
          }
          onClick={() => setZone(zone.value === 'utc' ? 'local' : 'utc')}
        >
          {zone.value === 'utc' ? 'UTC' : 'Local'}
        </button>
      </div>
    </header>
  )
}

function Tab({
  href,
  text,
  current,
  count = 0,
}: {
  href: string
  text: string
  current: boolean
  count?: number
}) {
  return (
    <a href={hrefOf(href)} aria-current={current ? 'page' : undefined}>
      {text}
      {count > 0 && (
        <span class="figures">
          {' '}
          {count}
          <span class="hidden"> open</span>
        </span>
      )}
    </a>
  )
}

function Environment() {
  const all = [...new Set([...environments.value, environment.value])].filter(
    (name) => name !== 'all',
  )
  return (
    <select
      class="environment"
      aria-label="Environment"
      value={environment.value}
      onChange={(event) => setFilter('environment', event.currentTarget.value)}
    >
      {all.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
      <option value="all">all</option>
    </select>
  )
}

function Connected() {
  const { state, sinceMs } = connection.value
  if (state === 'lost') {
    return (
      <span class="connection lost">
        <i class="dot hollow" />
        <span>Not connected since {clockTime(sinceMs, zone.value)}, trying again</span>
      </span>
    )
  }
  if (state === 'connecting') {
    return (
      <span class="connection">
        <i class="dot hollow" />
        <span>Connecting</span>
      </span>
    )
  }
  const old = dataMs.value === null ? null : age(nowMs.value - dataMs.value)
  return (
    <span class="connection">
      <i class={stale.value ? 'dot hollow' : 'dot'} />
      <span>
        {old === null ? (
          'Live, no telemetry yet'
        ) : stale.value ? (
          `Data is ${old} old`
        ) : (
          <>
            <span class="wide">Live, data </span>
            {old} old
          </>
        )}
      </span>
    </span>
  )
}
