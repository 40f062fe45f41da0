import ts from 'typescript-6';
import type { SourceFile } from './source-files.ts';

export interface SourceFunction {
  /** As it is called; `(anonymous)` when it has no name of its own. */
  name: string;
  /** Without the lines of functions of several lines that stand inside it. */
  lines: number;
  parameters: number;
}

/** Every function of a source file that has a body. */
export function functionsOf({ path, text }: SourceFile): SourceFunction[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const lineOf = (position: number) => source.getLineAndCharacterOfPosition(position).line;
  const linesOf = (node: ts.Node) => lineOf(node.end) - lineOf(node.getStart(source)) + 1;

  const linesInside = (node: ts.Node): number => {
    let lines = 0;
    ts.forEachChild(node, (child) => {
      if (!hasBody(child)) lines += linesInside(child);
      else if (linesOf(child) > 1) lines += linesOf(child);
    });
    return lines;
  };

  const found: SourceFunction[] = [];
  const visit = (node: ts.Node): void => {
    if (hasBody(node)) {
      const { length: parameters } = node.parameters;
      found.push({ name: nameOf(node), lines: linesOf(node) - linesInside(node), parameters });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function hasBody(node: ts.Node): node is ts.FunctionLikeDeclaration & { body: ts.Node } {
  return ts.isFunctionLike(node) && 'body' in node && node.body !== undefined;
}

function nameOf(node: ts.FunctionLikeDeclaration): string {
  if (node.name) return node.name.getText();
  return ts.isVariableDeclaration(node.parent) ? node.parent.name.getText() : '(anonymous)';
}
