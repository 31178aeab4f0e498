import * as vscode from 'vscode';
import type { Position, Range } from '../../protocol/experiment.ts';

export function toRange({ start, end }: Range): vscode.Range {
  return new vscode.Range(start.line, start.column, end.line, end.column);
}

export function fromPosition({ line, character }: vscode.Position): Position {
  return { line, column: character };
}
