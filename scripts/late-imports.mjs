// A plugin of rolldown: what a bundled module imports from another is evaluated when it is first used, as `import defer` will do it.
// A run needs few of the modules that it could need, and the tables of the others take longer to make than the run.

/** Of the import itself, and of names in places where they refer to nothing. */
const NO_REFERENCE = {
  MemberExpression: 'property',
  Property: 'key',
  MethodDefinition: 'key',
  PropertyDefinition: 'key',
};

/** `import { a } from './b.js'` becomes `(require('./b.js').a)` wherever `a` is used, if `isLate(specifier)`. */
export function withLateImports(code, program, isLate) {
  const edits = [];
  const places = new Map();
  for (const node of program.body) {
    if (node.type !== 'ImportDeclaration' || !isLate(node.source.value)) continue;
    edits.push({ start: node.start, end: node.end, text: '' });
    for (const { imported, local } of node.specifiers) {
      places.set(local.name, `(require('${node.source.value}')${imported ? `.${imported.name}` : ''})`);
    }
  }
  walk(program, undefined, undefined, new Set());
  return edits
    .sort((one, other) => other.start - one.start)
    .reduce((text, { start, end, text: other }) => text.slice(0, start) + other + text.slice(end), code);

  function walk(node, parent, key, hidden) {
    if (node.type === 'ImportDeclaration' || (node.type === 'ExportNamedDeclaration' && node.source)) return;
    if (node.type === 'Identifier') {
      const place = hidden.has(node.name) ? undefined : places.get(node.name);
      if (place === undefined || (NO_REFERENCE[parent.type] === key && !parent.computed)) return;
      if (parent.type === 'ExportSpecifier') throw new Error(`${node.name} is imported and exported`);
      const name = parent.type === 'Property' && parent.shorthand ? `${node.name}: ` : '';
      edits.push({ start: node.start, end: node.end, text: name + place });
      return;
    }
    const names = declaredBy(node);
    const inside = names.length > 0 ? new Set([...hidden, ...names]) : hidden;
    for (const [name, child] of Object.entries(node)) {
      for (const one of Array.isArray(child) ? child : [child]) {
        if (typeof one?.type === 'string') walk(one, node, name, inside);
      }
    }
  }
}

/** The names that are declared in a function, a block, a loop or a catch clause. */
function declaredBy(node) {
  if (node.type === 'CatchClause') return node.param ? boundBy(node.param) : [];
  if (node.type.startsWith('For')) return [node.init, node.left].flatMap((one) => (one ? namesOf(one) : []));
  if (node.type === 'BlockStatement') return node.body.flatMap(namesOf);
  if (node.type === 'SwitchStatement') return node.cases.flatMap(({ consequent }) => consequent.flatMap(namesOf));
  if (!/Function/.test(node.type)) return [];
  return [...(node.id ? [node.id.name] : []), ...node.params.flatMap(boundBy)];
}

function namesOf(statement) {
  if (statement.type === 'VariableDeclaration') return statement.declarations.flatMap(({ id }) => boundBy(id));
  return /^(Function|Class)Declaration$/.test(statement.type) ? [statement.id.name] : [];
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
