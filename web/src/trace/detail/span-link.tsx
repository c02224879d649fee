/** From one span to another, with the view as it is. */

import type { ComponentChildren } from 'preact'
import { Link } from '../../link.tsx'
import { withQuery } from '../../route.ts'

interface SpanLinkProps {
  readonly to: string
  readonly children: ComponentChildren
}

export function SpanLink({ to, children }: SpanLinkProps) {
  return <Link to={withQuery({ span: to })}>{children}</Link>
}
