/** The browser of the machine, as Debian packages it, for tests and pictures of the dashboard. */

import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']

/** @throws Error that says how to install it */
export function findChromium(): string {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of NAMES) {
      try {
        accessSync(join(folder, name), constants.X_OK)
        return join(folder, name)
      } catch {
        // The next one.
      }
    }
  }
  throw new Error('the dashboard is looked at with Chromium: apt-get install chromium')
}
