/** A link within the dashboard: an ordinary one to everybody but a plain click. */

import type { ComponentChildren } from 'preact'
import { go } from './route.ts'

interface LinkProps {
  readonly to: string
  readonly class?: string
  readonly title?: string
  readonly 'aria-current'?: 'page' | undefined
  readonly 'aria-label'?: string
  readonly children: ComponentChildren
}

export function Link({ to, children, ...rest }: LinkProps) {
  const click = (event: MouseEvent): void => {
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey
    if (!plain || event.defaultPrevented) return
    event.preventDefault()
    go(to)
  }
  return (
    <a {...rest} href={to} onClick={click}>
      {children}
    </a>
  )
}
