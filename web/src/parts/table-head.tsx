/** The head of a table whose last column has an action and no words. */

interface TableHeadProps {
  readonly names: readonly string[]
  /** What the buttons of the last column do, for who cannot see them. */
  readonly action: string
}

export function TableHead({ names, action }: TableHeadProps) {
  return (
    <thead>
      <tr>
        {names.map((name) => (
          <th key={name} scope="col">
            {name}
          </th>
        ))}
        <th scope="col">
          <span class="unseen">{action}</span>
        </th>
      </tr>
    </thead>
  )
}
