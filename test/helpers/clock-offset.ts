/**
 * Another time for a whole process: `node --import clock-offset.ts`, `CLOCK_OFFSET_MS` in its
 * environment. The wall clock only, as on a machine whose clock was set wrong.
 */

const offsetMs = Number(process.env['CLOCK_OFFSET_MS'] ?? 0)
const real = Date.now.bind(Date)
Date.now = () => real() + offsetMs
