/** The frame around every view: header, connection, main, footer, keys; and the tab's title. */
import { useEffect } from 'preact/hooks'
import { releaseName } from '../model/verdict.ts'
import { isOpen } from '../model/verdict.ts'
import { headlineOf } from '../model/sentences.ts'
import { incidentsHere, loading } from '../state/records.ts'
import { view } from '../state/place.ts'
import { alertText, politeText } from '../state/live.ts'
import { Footer } from '../parts/footer.tsx'
import { Header } from '../parts/header.tsx'
import { KeysDialog } from '../parts/keys-dialog.tsx'
import { Failed, LoadingBars } from '../parts/states.tsx'
import { IncidentView } from './incident.tsx'
import { IncidentsView } from './incidents.tsx'
import { Overview } from './overview.tsx'
import { ReleaseView } from './release.tsx'
import { ReleasesView } from './releases.tsx'

export function App() {
  useTitle()
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Header />
      <main id="main" tabIndex={-1}>
        <Content />
      </main>
      <Footer />
      <KeysDialog />
      <div class="hidden" role="alert">
        {alertText.value}
      </div>
      <div class="hidden" role="status">
        {politeText.value}
      </div>
    </>
  )
}

function Content() {
  const here = view.value
  if (loading.value.state === 'loading') return <LoadingBars />
  if (loading.value.state === 'failed') return <Failed why={loading.value.why} />
  switch (here.name) {
    case 'overview':
      return <Overview />
    case 'releases':
      return <ReleasesView />
    case 'release':
      return <ReleaseView key={here.id} id={here.id} />
    case 'incidents':
      return <IncidentsView />
    case 'incident':
      return <IncidentView key={here.id} id={here.id} />
    case 'nowhere':
      return <Failed why="There is no such page." />
  }
}

/** `(1) checkout 1.42.0 regressed`: what a row of tabs can still say. */
function useTitle(): void {
  const open = incidentsHere.value.filter(isOpen)
  const release = open[0] === undefined ? undefined : headlineOf(open[0])?.release
  const title =
    release === undefined
      ? 'Culprit'
      : `(${open.length}) ${releaseName(release)} ${release.verdict}`
  useEffect(() => {
    document.title = title
  }, [title])
}
