import path from 'node:path';
import { parseAst } from 'rolldown/parseAst';

/** How rolldown makes a module of one that was CommonJS, or was made so (late-modules.mjs). */
const MAKER = '__commonJSMin';

/**
 * What is read of modules that do not export it: the bundler has dropped it, or nobody has written it. Such a reader would get
 * `undefined`, and nothing else would tell. `files` are the files of a bundle: `{ fileName, code }`.
 */
export function missingExports(files) {
  const bundle = files.map(({ fileName, code }) => ({
    fileName: path.basename(fileName),
    ...contentsOf(parseAst(code)),
  }));
  const missing = new Set();
  for (const reader of bundle) {
    for (const { file, module, name } of reader.reads) {
      const source = file === undefined ? reader : bundle.find(({ fileName }) => fileName === reader.files.get(file));
      const exported = source?.modules.get(file === undefined ? module : source.shared.get(module));
      if (exported?.has(name) === false)
        missing.add(`${reader.fileName} reads ${name} of ${module}(), which has no such export`);
    }
  }
  return [...missing];
}

/**
 * Of one file: its modules with the names that they export; under which names other files have them; what is read of modules, here or in a
 * `file`; and which file each of those names is.
 */
function contentsOf(program) {
  const contents = { modules: new Map(), shared: new Map(), files: new Map(), reads: [] };
  /** Variables that hold what a module exports. */
  const held = new Map();
  const properties = [];
  walk(program, (node) => {
    if (node.type === 'VariableDeclarator') declared(node, contents);
    else if (node.type === 'AssignmentExpression') hold(node.left, node.right);
    else if (node.type === 'CallExpression') share(node, contents);
    else if (node.type === 'MemberExpression' && !node.computed) properties.push(node);
    if (node.type === 'VariableDeclarator') hold(node.id, node.init);
  });
  for (const { object, property } of properties) {
    const from = moduleOf(object) ?? (object.type === 'Identifier' ? held.get(object.name) : undefined);
    if (from) contents.reads.push({ ...from, name: property.name });
  }
  return contents;

  function hold(target, value) {
    const from = target.type === 'Identifier' ? moduleOf(value) : undefined;
    if (from) held.set(target.name, from);
  }
}

/** `const require_b = require("./b.cjs")`, or `var require_a = __commonJSMin((exports) => { ... })`. */
function declared({ id, init }, { modules, files }) {
  if (init?.type !== 'CallExpression') return;
  const [first] = init.arguments;
  if (init.callee.name === 'require' && id.type === 'Identifier') files.set(id.name, path.basename(first.value));
  // Who has `module` may replace its exports.
  else if (nameOf(init.callee) === MAKER && first.params.length === 1) modules.set(id.name, exportedBy(first.body));
}

/** `Object.defineProperty(exports, "require_a", { get: function() { return require_a$1; } })`, outside of all modules. */
function share(node, { shared }) {
  const [target, key, descriptor] = node.arguments;
  if (nameOf(node.callee) !== 'defineProperty' || target?.name !== 'exports') return;
  const getter = descriptor.properties.find((property) => property.key.name === 'get')?.value;
  const result = getter?.body.body?.[0]?.argument;
  if (result?.type === 'Identifier') shared.set(key.value, result.name);
}

function exportedBy(body) {
  const names = new Set();
  walk(body, (node) => {
    const { type, left } = node;
    if (type === 'AssignmentExpression' && left.object?.name === 'exports') names.add(left.property.name);
    if (type !== 'CallExpression' || nameOf(node.callee) !== 'defineProperty') return;
    const [target, key] = node.arguments;
    if (target.name === 'exports') names.add(key.value);
  });
  return names;
}

/** `require_a()`, or `require_b.require_a()`. */
function moduleOf(node) {
  if (node?.type !== 'CallExpression' || node.arguments.length > 0) return undefined;
  const { callee } = node;
  if (callee.type === 'Identifier') return { file: undefined, module: callee.name };
  return callee.object?.type === 'Identifier' ? { file: callee.object.name, module: callee.property.name } : undefined;
}

function nameOf(callee) {
  return callee.type === 'MemberExpression' ? callee.property.name : callee.name;
}

function walk(node, visit) {
  visit(node);
  for (const child of Object.values(node)) {
    for (const one of [child].flat()) if (typeof one?.type === 'string') walk(one, visit);
  }
}
