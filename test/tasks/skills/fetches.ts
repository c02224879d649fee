import { defineSkill } from 'peerwork'
import * as z from 'zod'

export default defineSkill({
  name: 'fetches',
  description: 'Asks a server.',
  input: z.object({
    url: z.string(),
    method: z.string().optional(),
    body: z.string().optional(),
    headers: z.record(z.string(), z.string()).optional(),
    redirect: z.enum(['follow', 'error', 'manual']).optional(),
    read: z.enum(['text', 'first', 'none', 'length']).default('text'),
    repeat: z.number().default(1)
  }),
  output: z.unknown(),
  config: z.object({ hosts: z.array(z.string()) }),
  hosts: (config) => config.hosts,
  run: async ({ url, method, body, headers, redirect, read, repeat }, ctx) => {
    const init = {
      ...(method === undefined ? {} : { method }),
      ...(body === undefined ? {} : { body: body.repeat(repeat) }),
      ...(headers === undefined ? {} : { headers }),
      ...(redirect === undefined ? {} : { redirect })
    }
    const response = await ctx.fetch(url, init)
    const about = {
      status: response.status,
      url: response.url,
      redirected: response.redirected,
      isResponse: response instanceof Response,
      type: response.headers.get('content-type')
    }
    if (read === 'none') return about
    if (read === 'first') {
      const reader = response.body?.getReader()
      const first = await reader?.read()
      await reader?.cancel()
      return { ...about, first: first?.value?.length ?? 0 }
    }
    const text = await response.text()
    return read === 'length' ? { ...about, length: text.length } : { ...about, text }
  }
})
