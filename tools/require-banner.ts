/** Some dependencies are CommonJS and ask for `require` by name; a module has to make its own. */

export const REQUIRE_BANNER = {
  js: [
    "import{createRequire as __peerworkRequire}from'node:module';",
    'const require=__peerworkRequire(import.meta.url);'
  ].join('')
}
