// SPDX-License-Identifier: Apache-2.0
//
// What TypeScript's checker says that the calls of a tree call: the truth for its TypeScript and
// JavaScript. Usage: node ts_truth.js TREE > truth.ndjson
'use strict';
const fs = require('fs');
const path = require('path');
let ts;
try { ts = require('typescript'); } catch { ts = require('/usr/share/nodejs/typescript'); }

const root = fs.realpathSync(process.argv[2]);
const extensions = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'];
// NO_DTS=1: a JavaScript tree's own declarations, written by hand elsewhere, are not its code.
const noDeclarations = !!process.env.NO_DTS;
const skipped = new Set(['node_modules', '.git']);

// MARK: - The program

function filesIn(folder, found, packages) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!skipped.has(entry.name)) filesIn(full, found, packages);
    } else if (entry.isFile()) {
      if (entry.name === 'package.json') packages.push(full);
      if (extensions.includes(path.extname(entry.name)) && !isTwin(full)
        && !(noDeclarations && /\.d\.[cm]?ts$/.test(full))) found.push(full);
    }
  }
  return found;
}

/** A declaration file beside the source that it is of says nothing of its own. */
function isTwin(file) {
  return /\.d\.ts$/.test(file)
    && ['.js', '.ts', '.mjs'].some((e) => fs.existsSync(file.slice(0, -5) + e));
}

const packages = [];
const files = filesIn(root, [], packages).sort();
const paths = {};
for (const file of packages) {
  // Packages of the tree import each other by name: the source stands for what is built of it.
  let name;
  try { name = JSON.parse(fs.readFileSync(file, 'utf8')).name; } catch { continue; }
  if (!name || path.dirname(file) === root && !fs.existsSync(path.join(root, 'src'))) continue;
  const own = path.relative(root, path.dirname(file)) || '.';
  paths[name] = [`${own}/src/index`, `${own}/src`, `${own}/index`, own];
  paths[`${name}/lib/*`] = [`${own}/src/*`, `${own}/lib/*`];
  paths[`${name}/*`] = [`${own}/*`, `${own}/src/*`];
}
const options = {
  allowJs: true, checkJs: false, noEmit: true, skipLibCheck: true, strict: true,
  noImplicitAny: false, useUnknownInCatchVariables: false, experimentalDecorators: true,
  target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.NodeJs, esModuleInterop: true,
  allowSyntheticDefaultImports: true, resolveJsonModule: true, jsx: ts.JsxEmit.Preserve,
  baseUrl: root, paths, types: [], maxNodeModuleJsDepth: 0,
};
const host = ts.createCompilerHost(options);
const exists = host.fileExists.bind(host);
host.fileExists = (file) => !(file.startsWith(root)
  && (isTwin(file) || noDeclarations && /\.d\.[cm]?ts$/.test(file))) && exists(file);
const program = ts.createProgram(files, options, host);
const checker = program.getTypeChecker();

// MARK: - Places

const relative = (file) => path.relative(root, file.fileName);
const isInner = (file) => file.fileName.startsWith(root + '/');
const lineOf = (node, file = node.getSourceFile()) =>
  file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
const print = (row) => process.stdout.write(JSON.stringify(row) + '\n');
const counts = { sites: 0, inner: 0, outer: 0, value: 0, unresolved: 0 };

const isFunction = (node) =>
  ts.isFunctionLike(node) && !ts.isConstructSignatureDeclaration(node)
  && !ts.isFunctionTypeNode(node) && !ts.isCallSignatureDeclaration(node);
const isClass = (node) => ts.isClassLike(node);

/** Behind parentheses and casts. */
function bare(node) {
  while (node && (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)
    || ts.isNonNullExpression(node) || ts.isTypeAssertionExpression(node))) {
    node = node.expression;
  }
  return node;
}

/** What a declaration has for a value, if it has one. */
function initializer(node) {
  if (ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node)
    || ts.isPropertyAssignment(node)) return bare(node.initializer);
  // JavaScript's `F.prototype.m = function`, `exports.f = …`
  const parent = node.parent;
  if ((ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node))
    && parent && ts.isBinaryExpression(parent) && parent.left === node) return bare(parent.right);
  if (ts.isBinaryExpression(node)) return bare(node.right);
  return undefined;
}

/** The token of what is declared by its name. */
function nameOf(node) {
  if (ts.isBinaryExpression(node)) return nameOf(node.left);
  if (ts.isPropertyAccessExpression(node)) return node.name;
  if (node.name) return node.name;
  if (ts.isConstructorDeclaration(node)) return node;
  // `const f = function () {}`
  const parent = node.parent;
  if (parent && (isFunction(node) || isClass(node)) && !ts.isSourceFile(parent)) {
    if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)
      || ts.isPropertyDeclaration(parent)) return parent.name;
    if (ts.isBinaryExpression(parent)) return nameOf(parent.left);
  }
  return node;
}

const place = (node) => [relative(node.getSourceFile()), lineOf(nameOf(node))];

function unaliased(symbol) {
  for (let i = 0; symbol && symbol.flags & ts.SymbolFlags.Alias && i < 8; i++) {
    const next = checker.getAliasedSymbol(symbol);
    if (next === symbol) break;
    symbol = next;
  }
  return symbol;
}

/** A module that is not in the tree, if a name or what it is a member of comes from one. */
function outerModule(node) {
  node = bare(node);
  while (node && !ts.isIdentifier(node)) {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)
      && node.expression.text === 'require' && node.arguments.length === 1
      && ts.isStringLiteralLike(node.arguments[0])) return outside(node.arguments[0]);
    // What a call of it gives may be anything.
    if (!ts.isPropertyAccessExpression(node)) return undefined;
    node = bare(node.expression);
  }
  if (!node) return undefined;
  const symbol = checker.getSymbolAtLocation(node);
  for (const declaration of symbol && symbol.declarations || []) {
    let at = declaration;
    while (at && !ts.isStatement(at) && !ts.isVariableDeclaration(at)) at = at.parent;
    if (at && ts.isImportDeclaration(at)) return outside(at.moduleSpecifier);
    if (at && ts.isImportEqualsDeclaration(at) && ts.isExternalModuleReference(at.moduleReference))
      return outside(at.moduleReference.expression);
    if (at && ts.isVariableDeclaration(at) && at.initializer) {
      const value = bare(at.initializer);
      if (value !== node && (ts.isCallExpression(value) || ts.isPropertyAccessExpression(value))) {
        const call = ts.isCallExpression(value) ? value : bare(value.expression);
        if (ts.isCallExpression(call) && ts.isIdentifier(call.expression)
          && call.expression.text === 'require') return outerModule(call);
      }
    }
  }
  return undefined;
}

function outside(specifier) {
  const text = specifier.text;
  if (!text || text.startsWith('.') || paths[text]) return undefined;
  const found = checker.getSymbolAtLocation(specifier);
  if (found && (found.declarations || []).some((d) => isInner(d.getSourceFile()))) return undefined;
  return text;
}

// MARK: - Calls

/** All that a symbol may be: functions, classes, values, things outside of the tree. */
function sort(symbol, found, depth = 0) {
  if (!symbol || depth > 8) return found;
  for (const declaration of symbol.declarations || []) {
    const file = declaration.getSourceFile();
    if (!isInner(file)) {
      found.outer = found.outer || `${path.basename(file.fileName)}:${symbol.name}`;
      continue;
    }
    if (ts.isSourceFile(declaration)) continue;
    if (isFunction(declaration) && !ts.isAccessor(declaration)) {
      found.functions.push(declaration);
      continue;
    }
    if (isClass(declaration)) { found.classes.push(declaration); continue; }
    if (ts.isShorthandPropertyAssignment(declaration)) {
      sort(unaliased(checker.getShorthandAssignmentValueSymbol(declaration)), found, depth + 1);
      continue;
    }
    if (ts.isBindingElement(declaration) && ts.isObjectBindingPattern(declaration.parent)) {
      // `const { f } = host`: the member of what it is taken from.
      found.values.push(declaration);
      const name = declaration.propertyName || declaration.name;
      if (ts.isIdentifier(name)) {
        const type = checker.getTypeAtLocation(declaration.parent);
        const member = type && type.getProperty(name.text);
        const inner = { functions: [], classes: [], values: [], outer: undefined };
        sort(unaliased(member), inner, depth + 1);
        found.values.push(...inner.functions, ...inner.classes, ...inner.values);
      }
      continue;
    }
    const value = initializer(declaration);
    if (value && isFunction(value)) { found.functions.push(declaration); continue; }
    if (value && isClass(value)) { found.classes.push(value); continue; }
    found.values.push(declaration);
    if (value && (ts.isIdentifier(value) || ts.isPropertyAccessExpression(value))) {
      const next = unaliased(checker.getSymbolAtLocation(
        ts.isIdentifier(value) ? value : value.name));
      if (next !== symbol) {
        // A key of an object that names a function is that function's name.
        if (ts.isPropertyAssignment(declaration)) found.values.pop();
        sort(next, found, depth + 1);
      }
    }
  }
  return found;
}

/** How what is called is written, for grouping. */
function form(callee) {
  if (callee.kind === ts.SyntaxKind.SuperKeyword) return 'super()';
  if (ts.isIdentifier(callee)) {
    const symbol = checker.getSymbolAtLocation(callee);
    return symbol && symbol.flags & ts.SymbolFlags.Alias ? 'imported()' : 'bare()';
  }
  const object = bare(callee.expression);
  if (object.kind === ts.SyntaxKind.ThisKeyword) return 'this.m()';
  if (object.kind === ts.SyntaxKind.SuperKeyword) return 'super.m()';
  if (ts.isIdentifier(object)) {
    const symbol = checker.getSymbolAtLocation(object);
    if (!symbol) return '?.m()';
    if (symbol.flags & ts.SymbolFlags.Alias) return 'import.m()';
    const d = symbol.declarations && symbol.declarations[0];
    if (!d) return '?.m()';
    if (ts.isParameter(d)) {
      return d.type ? 'parameter:Type.m()' : ts.getJSDocType(d) ? 'parameter jsdoc.m()'
        : 'parameter.m()';
    }
    if (ts.isVariableDeclaration(d)) {
      if (d.type) return 'variable:Type.m()';
      const value = bare(d.initializer);
      return 'variable=' + (value ? ts.SyntaxKind[value.kind] : 'none') + '.m()';
    }
    return ts.SyntaxKind[d.kind] + '.m()';
  }
  if (ts.isPropertyAccessExpression(object)) {
    return (bare(object.expression).kind === ts.SyntaxKind.ThisKeyword ? 'this.' : 'x.') + 'f.m()';
  }
  return ts.SyntaxKind[object.kind] + '.m()';
}

function call(node) {
  const isNew = ts.isNewExpression(node);
  const callee = bare(ts.isTaggedTemplateExpression(node) ? node.tag : node.expression);
  let token = callee;
  if (ts.isPropertyAccessExpression(callee)) token = callee.name;
  const isSuper = callee.kind === ts.SyntaxKind.SuperKeyword;
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return;
  if (ts.isIdentifier(callee) && callee.text === 'require' && node.arguments.length === 1) {
    if (ts.isStringLiteralLike(node.arguments[0])) return;
  }
  if (!isSuper && !ts.isIdentifier(token) && !ts.isPrivateIdentifier(token)) return;
  counts.sites++;
  const file = node.getSourceFile();
  const row = {
    file: relative(file), line: lineOf(token, file), start: lineOf(node, file),
    name: isSuper ? 'super' : token.text,
  };
  row.form = form(callee);
  const signature = checker.getResolvedSignature(node);
  const declared = signature && signature.declaration;
  let symbol;
  if (isSuper) {
    const own = ts.findAncestor(node, isClass);
    const clause = own && (own.heritageClauses || [])
      .find((c) => c.token === ts.SyntaxKind.ExtendsKeyword);
    const base = clause && bare(clause.types[0].expression);
    symbol = base && unaliased(checker.getSymbolAtLocation(
      ts.isPropertyAccessExpression(base) ? base.name : base));
    if (base && (!symbol || !symbol.declarations)) {
      const module = outerModule(base);
      if (module) row.outer = module;
      else if (ts.isIdentifier(base) && !checker.getSymbolAtLocation(base)) row.outer = 'global';
      if (row.outer) { counts.outer++; print(row); return; }
    }
  } else {
    symbol = unaliased(checker.getSymbolAtLocation(token));
  }
  const found = sort(symbol, { functions: [], classes: [], values: [], outer: undefined });
  const targets = new Map();
  const add = (node) => { const p = place(node); targets.set(p.join(':'), p); };
  for (const f of found.functions) {
    add(f);
    // `const f = function g() {}` may be known by both names.
    const value = initializer(f);
    if (value && value.name) add(value);
  }
  for (const c of found.classes) {
    if (!isNew && !isSuper) { add(c); continue; }
    const own = c.members.filter(ts.isConstructorDeclaration);
    for (const constructor of own) add(constructor);
    // Its class is as right, and without its own, the constructor that it has from its base.
    add(c);
    if (!own.length && declared && isInner(declared.getSourceFile())
      && ts.isConstructorDeclaration(declared)) { add(declared); add(declared.parent); }
  }
  if (targets.size) {
    // With a value among them, either may be meant.
    if (found.values.length) found.values.forEach(add);
    counts.inner++;
    print({ ...row, targets: [...targets.values()] });
    return;
  }
  if (found.values.length) {
    if (declared && isInner(declared.getSourceFile()) && (isFunction(declared) || isClass(declared)))
      add(declared);
    found.values.forEach(add);
    counts.value++;
    const isLocal = found.values.every((v) => ts.isParameter(v)
      || ts.findAncestor(v, (n) => n !== v && isFunction(n) && !ts.isConstructorDeclaration(n)));
    print({ ...row, value: [...targets.values()], local: isLocal });
    return;
  }
  const module = found.outer || outerModule(callee);
  if (module) row.outer = module;
  else if (ts.isIdentifier(callee) && !checker.getSymbolAtLocation(callee)) row.outer = 'global';
  if (row.outer) {
    counts.outer++;
    print(row);
    return;
  }
  counts.unresolved++;
}

// MARK: - Definitions

const kinds = new Map([
  [ts.SyntaxKind.FunctionDeclaration, 'function'], [ts.SyntaxKind.ClassDeclaration, 'class'],
  [ts.SyntaxKind.InterfaceDeclaration, 'interface'], [ts.SyntaxKind.EnumDeclaration, 'enum'],
  [ts.SyntaxKind.TypeAliasDeclaration, 'type_alias'], [ts.SyntaxKind.EnumMember, 'enum_member'],
  [ts.SyntaxKind.ModuleDeclaration, 'namespace'], [ts.SyntaxKind.MethodDeclaration, 'method'],
  [ts.SyntaxKind.MethodSignature, 'method'], [ts.SyntaxKind.Constructor, 'constructor'],
  [ts.SyntaxKind.PropertyDeclaration, 'field'], [ts.SyntaxKind.PropertySignature, 'property'],
  [ts.SyntaxKind.GetAccessor, 'method'], [ts.SyntaxKind.SetAccessor, 'method'],
  [ts.SyntaxKind.VariableDeclaration, 'variable'],
]);

function entity(node) {
  let kind = kinds.get(node.kind);
  if (!kind) return;
  if (ts.isPropertySignature(node) && !ts.isInterfaceDeclaration(node.parent)) return;
  const value = initializer(node);
  if (value && isFunction(value)) kind = ts.isPropertyDeclaration(node) ? 'method' : 'function';
  else if (value && isClass(value)) kind = 'class';
  else if (kind === 'variable' && ts.getCombinedNodeFlags(node) & ts.NodeFlags.Const)
    kind = 'constant';
  const name = nameOf(node);
  const text = ts.isConstructorDeclaration(node) ? 'constructor'
    : ts.isIdentifier(name) || ts.isPrivateIdentifier(name) || ts.isStringLiteralLike(name)
      ? name.text : undefined;
  if (text) print({ entity: text, ...{ file: relative(node.getSourceFile()) }, line: lineOf(name), kind });
}

function visit(node, isInside) {
  if (ts.isCallExpression(node) || ts.isNewExpression(node)
    || ts.isTaggedTemplateExpression(node)) call(node);
  if (!isInside) entity(node);
  const goesIn = isInside || isFunction(node) || ts.isClassStaticBlockDeclaration(node);
  ts.forEachChild(node, (child) => visit(child, goesIn));
}

for (const file of program.getSourceFiles()) {
  if (isInner(file)) visit(file, false);
}
process.stderr.write(`${files.length} files ${JSON.stringify(counts)}\n`);
