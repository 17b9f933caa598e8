import * as vscode from 'vscode';
import type { Allocation, Counts } from './protocol';
import type { Server } from './server';

const STOPPED = 'The server of ai8x-lint does not run.';

/** Checks all networks and models of the workspace, open or not, and says how many findings there are. */
export async function checkWorkspace(server: Server): Promise<void> {
  const counts = await server.execute<Counts>('ai8x.checkWorkspace');
  if (!counts) {
    void vscode.window.showWarningMessage(STOPPED);
    return;
  }
  const found = counts.errors + counts.warnings + counts.others > 0;
  const actions = found ? ['Show Problems'] : [];
  const choice = await vscode.window.showInformationMessage(inWords(counts), ...actions);
  if (choice) await vscode.commands.executeCommand('workbench.actions.view.problems');
}

/** Has the server choose new offsets for the open network, or for the layer at the cursor. */
export async function allocate(server: Server, layer: boolean): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) {
    void vscode.window.showInformationMessage('No network is open.');
    return;
  }
  const { line, character } = editor.selection.active;
  const position = layer ? { line, character } : null;
  try {
    const answer = await server.execute<Allocation>(
      'ai8x.allocate',
      server.uri(editor.document.uri),
      position,
    );
    const nothing = answer === null ? 'This file is no network.' : STOPPED;
    void vscode.window.showInformationMessage(answer?.summary ?? nothing);
  } catch (error) {
    // The answer says what stands in the way.
    const reason = error instanceof Error ? error.message : String(error);
    void vscode.window.showWarningMessage(`The data memory cannot be re-allocated: ${reason}`);
  }
}

/** `12 files: 3 errors, 1 warning`. */
export function inWords({ files, errors, warnings, others, unread }: Counts): string {
  const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
  const parts = [
    errors > 0 && count(errors, 'error'),
    warnings > 0 && count(warnings, 'warning'),
    others > 0 && count(others, 'other finding'),
  ].filter((part) => part !== false);
  const rest = unread > 0 ? `; ${unread} more cannot be read (the log says why)` : '';
  return `${count(files, 'file')}: ${parts.join(', ') || 'no findings'}${rest}`;
}
