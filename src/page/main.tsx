/** Starts the page: preferences, addresses, keys, live updates, and the view on top of them. */
import 'uplot/dist/uPlot.min.css'
import './style/tokens.css'
import './style/base.css'
import './style/parts.css'
import './style/views.css'
import './style/phone.css'
import { render } from 'preact'
import { applyTheme, startPlace } from './state/place.ts'
import { startLive } from './state/live.ts'
import { startKeys } from './state/keys.ts'
import { App } from './views/app.tsx'

applyTheme()
startPlace()
startKeys()
startLive()
render(<App />, document.getElementById('page')!)
