export function NetworkPage() {
  return <h1>Network</h1>
}
