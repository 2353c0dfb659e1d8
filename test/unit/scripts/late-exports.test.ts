import { describe, expect, it } from 'vitest';

interface BundledFile {
  readonly fileName: string;
  readonly code: string;
}

const { missingExports } = (await import(new URL('../../../scripts/late-exports.mjs', import.meta.url).href)) as {
  missingExports(files: readonly BundledFile[]): string[];
};

/** As rolldown writes them: one file with a module that exports `exported`, and another one that reads it. */
function bundle(exported: string, reader: string): BundledFile[] {
  const first = `const runtime = require("./runtime.cjs");
var require_netlink$1 = runtime.__commonJSMin(((exports) => { ${exported} }));
var require_user = runtime.__commonJSMin(((exports) => { use(require_netlink$1().OPEN); }));
Object.defineProperty(exports, "require_netlink", { enumerable: true, get: function() { return require_netlink$1; } });`;
  return [
    { fileName: 'bundle-main/first.cjs', code: first },
    {
      fileName: 'bundle-main/second.cjs',
      code: `const { join } = require("node:path");\nconst require_first = require("./first.cjs");\n${reader}`,
    },
  ];
}

describe('what late modules read', () => {
  it.each([
    ['of another file', 'use(require_first.require_netlink().DIAG);'],
    [
      'of another file, from a variable',
      'var netlink;\nnetlink = require_first.require_netlink();\n(0, netlink.DIAG)();',
    ],
  ])('must be exported: %s', (_, reader) => {
    const open = 'exports.OPEN = OPEN; function OPEN() {}';
    const reexported = 'Object.defineProperty(exports, "DIAG", { get: () => require_other().DIAG });';
    expect(missingExports(bundle(`${open} exports.DIAG = 4;`, reader))).toEqual([]);
    expect(missingExports(bundle(`${open} ${reexported}`, reader))).toEqual([]);
    expect(missingExports(bundle(open, reader))).toEqual([
      'second.cjs reads DIAG of require_netlink(), which has no such export',
    ]);
  });

  it('must be exported in the same file, too', () => {
    expect(missingExports(bundle('exports.DIAG = 4;', ''))).toEqual([
      'first.cjs reads OPEN of require_netlink$1(), which has no such export',
    ]);
  });

  it('may be anything of a module that replaces its exports, and of what is no module', () => {
    const code = `var require_c = runtime.__commonJSMin(((exports, module) => { module.exports = make(); }));
use(require_c().anything, other().anything, known.thing);`;
    expect(missingExports([{ fileName: 'c.cjs', code }])).toEqual([]);
  });
});
