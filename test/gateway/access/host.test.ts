import { expect, test } from 'vitest'
import { hostIn, isNamed, isOwnPage, namesOf, originIn } from '../../../src/gateway/access/host.ts'

test('one name has one spelling, however it is written', () => {
  const spelled = (text: string) => hostIn(text, 'http')
  for (const text of ['[::1]:4319', '[0:0:0:0:0:0:0:1]:4319', '[0000::0001]:04319']) {
    expect(spelled(text)).toBe('[::1]:4319')
  }
  expect(spelled('[2001:DB8:0:0:1:0:0:1]')).toBe('[2001:db8::1:0:0:1]')
  for (const text of ['LocalHost', 'localhost.', 'localhost:80', 'localhost:', 'localhost.:080']) {
    expect(spelled(text)).toBe('localhost')
  }
  expect(spelled('a:443')).toBe('a:443')
  expect(hostIn('a:443', 'https')).toBe('a')
  expect(hostIn('a:80', 'https')).toBe('a:80')
})

test('what a parser of addresses would bend into a name is none', () => {
  const bent = ['user@localhost', 'localhost/x', 'localhost?x', 'localhost#x', 'a b', 'a\\b', '']
  const escaped = [
    '%31%32%37.0.0.1',
    '１２７.0.0.1',
    'ｌocalhost',
    'loca\u212Ahost',
    'a..',
    '.a',
    '-a'
  ]
  const broken = ['::1', '[::1', '::1]', '[::1]x', '[1]', '[::1%25eth0]', '[::g]', 'a:65536', 'a:x']
  for (const text of [...bent, ...escaped, ...broken, 'a:1:2', 'a'.repeat(300)]) {
    expect([text, hostIn(text, 'http')]).toEqual([text, undefined])
  }
  // Kept as they are: no name of ours is written like this.
  expect(hostIn('127.1', 'http')).toBe('127.1')
  expect(hostIn('2130706433', 'http')).toBe('2130706433')
})

test('an origin is a scheme and a host, and nothing else', () => {
  expect(originIn('HTTPS://Traces.Example.com:443')).toEqual({
    ...{ scheme: 'https', host: 'traces.example.com' }
  })
  for (const text of [
    'null',
    'ftp://a',
    'http://',
    'http://a/',
    'http://u@a',
    'http:a',
    '//a',
    ''
  ]) {
    expect(originIn(text)).toBeUndefined()
  }
})

test('names of the operator count over either scheme, own ones over http alone', () => {
  const own = ['127.0.0.1', '::1', 'localhost']
  const names = namesOf({ own, port: 4319, allowed: ['Traces.Example.com', '2001:db8::1'] })
  for (const host of ['127.0.0.1:4319', '[0::1]:4319', 'traces.example.com:443', '[2001:db8::1]']) {
    expect(isNamed(host, names)).toBe(true)
  }
  for (const host of ['127.0.0.1', '[::1]:80', 'example.com', 'traces.example.com:4319', '']) {
    expect(isNamed(host, names)).toBe(false)
  }
  expect(isOwnPage('http://[0:0::1]:4319', '[::1]:4319', names)).toBe(true)
  expect(isOwnPage('https://localhost:4319', 'localhost:4319', names)).toBe(false)
  expect(isOwnPage('http://localhost:4319', '127.0.0.1:4319', names)).toBe(false)
  expect(isOwnPage('https://traces.example.com', 'traces.example.com:443', names)).toBe(true)
  expect(isOwnPage('https://traces.example.com', '127.0.0.1:4319', names)).toBe(false)
  expect(() => namesOf({ own, port: 1, allowed: ['http://a'] })).toThrow('is no name')
})

test('the public address is the only page of its name, also when its host was rewritten', () => {
  const publicUrl = new URL('https://Traces.example.com')
  const names = namesOf({ own: ['127.0.0.1'], port: 4319, allowed: [], publicUrl })
  expect(isNamed('traces.example.com', names)).toBe(true)
  for (const host of ['traces.example.com', '127.0.0.1:4319']) {
    expect(isOwnPage('https://traces.example.com', host, names)).toBe(true)
    expect(isOwnPage('http://traces.example.com', host, names)).toBe(false)
    expect(isOwnPage('https://traces.example.com:8443', host, names)).toBe(false)
  }
})
