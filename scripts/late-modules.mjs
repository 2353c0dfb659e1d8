// A module of a bundle as CommonJS, in which each module that it imports is evaluated when it is first used, as `import defer` will do
// it. A run needs few of the modules that it might need, and what it does not need it should not pay for: to make the tables of the
// others takes longer than a run.

/** Where a name refers to nothing, unless it is in brackets. */
const NO_REFERENCE = {
  MemberExpression: 'property',
  Property: 'key',
  MethodDefinition: 'key',
  PropertyDefinition: 'key',
  LabeledStatement: 'label',
  BreakStatement: 'label',
  ContinueStatement: 'label',
};

/**
 * `import { a } from './b.js'` goes, and `a` becomes `require('./b.js').a` wherever it is used. What Node.js has itself is there at
 * once. `program` is the code, parsed.
 */
export function lateModule(code, program) {
  const edits = [];
  const places = new Map();
  const head = [];
  const replace = ({ start, end }, text) => edits.push({ start, end, text });
  for (const node of program.body) {
    if (node.type === 'ImportDeclaration') imported(node);
    else if (node.type.startsWith('Export')) exported(node);
  }
  walk(program, undefined, undefined, new Set());
  const body = edits
    .sort((one, other) => other.start - one.start)
    .reduce((text, { start, end, text: other }) => text.slice(0, start) + other + text.slice(end), code);
  return `${head.join('')}${body}`;

  function imported(node) {
    const { specifiers, source } = node;
    const call = `require('${source.value}')`;
    if (source.value.startsWith('node:')) {
      replace(node, `const ${bindingOf(specifiers)} = ${call};`);
      return;
    }
    replace(node, '');
    for (const { imported, local } of specifiers) places.set(local.name, imported ? `${call}.${imported.name}` : call);
  }

  function exported(node) {
    const { declaration, specifiers = [], source } = node;
    if (node.type !== 'ExportNamedDeclaration' || declaration?.kind === 'let') {
      throw new Error(`late modules: this is not known yet: ${code.slice(node.start, node.end)}`);
    }
    if (declaration) {
      replace({ start: node.start, end: declaration.start }, '');
      const after = namesOf(declaration)
        .map((name) => `exports.${name} = ${name};`)
        .join('');
      // A function is there before anything is evaluated.
      if (declaration.type === 'FunctionDeclaration') head.push(after);
      else replace({ start: node.end, end: node.end }, after);
      return;
    }
    replace(node, '');
    for (const {
      local,
      exported: { name },
    } of specifiers) {
      const value = source ? `require('${source.value}').${local.name}` : (places.get(local.name) ?? local.name);
      head.push(`Object.defineProperty(exports, '${name}', { enumerable: true, get: () => ${value} });`);
    }
  }

  function walk(node, parent, key, hidden) {
    if (node.type === 'ImportDeclaration' || (node.type === 'ExportNamedDeclaration' && !node.declaration)) return;
    if (node.type === 'MetaProperty') replace(node, "({ url: require('node:url').pathToFileURL(__filename).href })");
    if (node.type === 'Identifier') {
      const place = hidden.has(node.name) ? undefined : places.get(node.name);
      if (place === undefined || (NO_REFERENCE[parent.type] === key && !parent.computed)) return;
      replace(node, parent.shorthand ? `${node.name}: ${place}` : `(${place})`);
      return;
    }
    const names = declaredBy(node);
    if (names.includes('require')) throw new Error('late modules: `require` has another meaning here');
    const inside = names.length > 0 ? new Set([...hidden, ...names]) : hidden;
    for (const [name, child] of Object.entries(node)) {
      for (const one of [child].flat()) if (typeof one?.type === 'string') walk(one, node, name, inside);
    }
  }
}

/** `path`, or `{ readFileSync: readFileSync }`. */
function bindingOf(specifiers) {
  const [first] = specifiers;
  if (first?.type !== 'ImportSpecifier') return first?.local.name ?? '{}';
  return `{ ${specifiers.map(({ imported, local }) => `${imported.name}: ${local.name}`).join(', ')} }`;
}

/** The names that are declared in a function, a block, a loop or a catch clause. */
function declaredBy(node) {
  if (node.type === 'CatchClause') return boundBy(node.param);
  if (node.type.startsWith('For')) return [node.init, node.left].flatMap(namesOf);
  if (node.type === 'BlockStatement') return node.body.flatMap(namesOf);
  if (node.type === 'SwitchStatement') return node.cases.flatMap(({ consequent }) => consequent.flatMap(namesOf));
  if (!node.type.includes('Function')) return [];
  return [...boundBy(node.id), ...node.params.flatMap(boundBy)];
}

function namesOf(statement) {
  if (statement?.type === 'VariableDeclaration') return statement.declarations.flatMap(({ id }) => boundBy(id));
  return /^(Function|Class)Declaration$/.test(statement?.type) ? [statement.id.name] : [];
}

function boundBy(pattern) {
  switch (pattern?.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((one) => boundBy(one.value ?? one.argument));
    case 'ArrayPattern':
      return pattern.elements.flatMap(boundBy);
    case 'AssignmentPattern':
      return boundBy(pattern.left);
    case 'RestElement':
      return boundBy(pattern.argument);
    default:
      return [];
  }
}
