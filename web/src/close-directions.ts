/** Directions of writing end with each foreign text, wherever one is drawn: see `bidi.ts`. */

import { options } from 'preact'
import { balanced } from './bidi.ts'

/** From now on, in every `<bdi>` that is drawn. */
export function closeDirections(): void {
  const before = options.vnode
  options.vnode = (vnode) => {
    if (vnode.type === 'bdi') {
      const props = vnode.props as { children?: unknown }
      props.children = closed(props.children)
    }
    before?.(vnode)
  }
}

function closed(children: unknown): unknown {
  if (typeof children === 'string') return balanced(children)
  return Array.isArray(children) ? children.map(closed) : children
}
