/** Where the dashboard begins. */

import { render } from 'preact'
import { App } from './app.tsx'
import './style/base.css'
import './style/parts.css'
import { followTheme } from './theme.ts'

followTheme()
const root = document.getElementById('app')
if (root !== null) render(<App />, root)
