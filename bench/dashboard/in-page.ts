/** What runs within the page: programs as text, since they know another world's names. */

/** ms */
export interface Spread {
  readonly p50: number
  readonly p95: number
  readonly longest: number
}

/** One way of moving, watched. */
export interface Frames {
  /** From one frame to the next: 16.7 ms when none is late. */
  readonly apart: Spread
  /** Of the page's own thread in each. */
  readonly work: Spread
}

/** `(spans) => when the tree of names has so many, and a frame was drawn since; ms`. */
export const USABLE = `(spans) => new Promise((done) => {
  const look = () => {
    const item = document.querySelector('[role=tree] [role=treeitem]')
    if (Number(item?.ariaSetSize ?? 0) < spans) return requestAnimationFrame(look)
    requestAnimationFrame(() => setTimeout(() => done(performance.now())))
  }
  look()
})`

/**
 * `(way, ms) => frames`. One event of the wheel a frame, as a trackpad sends them. The work of a
 * frame is from its begin to when its thread is free again, drawing included.
 */
export const DRIVE = `(way, ms) => new Promise((done) => {
  const box = document.querySelector('.tl-box')
  const stage = document.querySelector('.tl-seen')
  const { left, top, width, height } = stage.getBoundingClientRect()
  const at = { clientX: left + width / 2, clientY: top + height / 2 }
  const wheel = (more) => {
    const event = { ...at, ...more, bubbles: true, cancelable: true }
    stage.dispatchEvent(new WheelEvent('wheel', event))
  }
  const acts = {
    // In, out again, and in once more.
    zoom: (frame) => wheel({ ctrlKey: true, deltaY: frame % 120 < 60 ? -40 : 40 }),
    move: (frame) => wheel({ deltaX: frame % 120 < 60 ? 12 : -12 }),
    live: () => undefined,
    scroll: (frame) => box.scrollBy({ top: frame % 120 < 60 ? 9 : -9 })
  }
  // Moving takes a part of it to be in sight.
  if (way === 'move') for (let at = 0; at < 10; at++) acts.zoom(0)
  const [work, apart] = [[], []]
  const channel = new MessageChannel()
  let begin = performance.now()
  channel.port1.onmessage = () => work.push(performance.now() - begin)
  const start = begin
  let frame = 0
  const spread = (all) => {
    // What was compiled on the way is no frame of its own.
    const sorted = all.slice(5).sort((a, b) => a - b)
    const of = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
    return { p50: of(0.5), p95: of(0.95), longest: of(1) }
  }
  const next = () => {
    const now = performance.now()
    if (now - start > ms) return done({ apart: spread(apart), work: spread(work) })
    apart.push(now - begin)
    begin = now
    acts[way](frame++)
    channel.port2.postMessage(0)
    requestAnimationFrame(next)
  }
  requestAnimationFrame(next)
})`
