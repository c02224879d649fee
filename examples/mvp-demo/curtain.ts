/**
 * Read before a program that knows nothing of the play (`node --import`): it ends with the
 * storyteller, who holds its stdin, even when that one was killed.
 */

import { isMainThread } from 'node:worker_threads'

// Threads read this too; the stdin of those is empty.
if (isMainThread) process.stdin.once('end', () => process.kill(process.pid, 'SIGTERM')).resume()
