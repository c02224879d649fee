/** Where the dashboard begins. */

import { render } from 'preact'
import { App } from './app.tsx'
import { closeDirections } from './close-directions.ts'
import { renewWhenOld } from './pieces.ts'
import './style/base.css'
import './style/parts.css'
import { followTheme } from './theme.ts'

closeDirections()
followTheme()
renewWhenOld()
const root = document.getElementById('app')
if (root !== null) render(<App />, root)
