/** E-mail by a server that the operator named in a file: no address of it ever comes over HTTP. */

import { existsSync, readFileSync, statSync } from 'node:fs'
import * as z from 'zod/mini'
import { PeerworkError } from '../../protocol/errors.ts'
import { faultIn } from './rules.ts'

/** In the data directory; `mode` 0600, because there is a password in it. */
export const SMTP_FILE = 'smtp.json'
/** A whole exchange and a pause in it, ms. */
const MAIL_MS_MAX = 20_000
/** Anybody else who may read or write it. */
const OTHERS = 0o077

const shape = z.strictObject({
  host: z.string().check(z.minLength(1), z.maxLength(253)),
  port: z.int().check(z.gte(1), z.lte(65_535)),
  /** TLS from the first byte, as on 465. Otherwise STARTTLS is demanded. */
  secure: z.optional(z.boolean()),
  user: z.optional(z.string().check(z.maxLength(320))),
  password: z.optional(z.string().check(z.maxLength(1_024))),
  from: z.email(),
  /** Plain text, as to a relay on this machine. */
  plain: z.optional(z.boolean())
})
export type SmtpSettings = z.infer<typeof shape>

/** @throws PeerworkError `BAD_OPTION` for a file that others can read, or of another shape */
export function readSmtp(path: string): SmtpSettings | undefined {
  if (!existsSync(path)) return undefined
  if ((statSync(path).mode & OTHERS) !== 0) {
    throw new PeerworkError('BAD_OPTION', `others can read ${path}: chmod 600`, { path })
  }
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    // The parser's own words quote the file, with the password.
    throw new PeerworkError('BAD_OPTION', `${path} is no JSON`, { path })
  }
  const read = shape.safeParse(json)
  if (read.success) return read.data
  throw new PeerworkError('BAD_OPTION', `${path}: ${faultIn(read.error.issues[0])}`, { path })
}

export interface Mail {
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  /** The same for each attempt. */
  readonly id: string
}

/** @throws what the server or the way to it fails with */
export async function sendMail(settings: SmtpSettings, mail: Mail): Promise<void> {
  const { host, port, secure = false, user, password = '', from, plain = false } = settings
  // Loaded when there is the first one: it is part of nobody's start.
  const { createTransport } = await import('nodemailer')
  const transport = createTransport({
    ...{ host, port, secure, requireTLS: !secure && !plain, ignoreTLS: plain },
    ...(user !== undefined && { auth: { user, pass: password } }),
    ...{ connectionTimeout: MAIL_MS_MAX, greetingTimeout: MAIL_MS_MAX, socketTimeout: MAIL_MS_MAX },
    // What is sent is text that was made here: nothing of it may name a file or an address.
    ...{ disableFileAccess: true, disableUrlAccess: true }
  })
  const domain = from.slice(from.indexOf('@') + 1)
  const { to, subject, text, id } = mail
  try {
    await transport.sendMail({
      ...{ from, to: [...to], subject, text, messageId: `<${id}@${domain}>` },
      headers: { 'auto-submitted': 'auto-generated' }
    })
  } finally {
    transport.close()
  }
}
